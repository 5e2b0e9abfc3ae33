package cli

import (
	"fmt"
	"sync"
	"time"

	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/network"
)

// steps tells on standard error how the network comes up, and remembers it.
type steps struct {
	app      *app
	mu       sync.Mutex // steps end at the same time
	finished []finishedStep
}

// finishedStep is a step and how long it took.
type finishedStep struct {
	Name    string  `json:"name"`
	Seconds float64 `json:"seconds"`
}

func (a *app) steps() *steps { return &steps{app: a} }

func (s *steps) hear(step network.Step) {
	switch {
	case step.Done && step.Err == nil:
		s.end(s.app.stepName(step.Name), step.Duration)
	case step.Done:
		fmt.Fprintf(s.app.Err, "  ✗ %s (%.1f s)\n", s.app.stepName(step.Name), step.Duration.Seconds())
	case step.Detail != "":
		fmt.Fprintf(s.app.Err, "    %s: %s\n", s.app.stepName(step.Name), s.app.operation(step.Detail))
	}
}

func (s *steps) end(name string, took time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.finished = append(s.finished, finishedStep{name, took.Seconds()})
	fmt.Fprintf(s.app.Err, "  ✓ %s (%.1f s)\n", name, took.Seconds())
}

// begin is for steps that package network does not make.
func (s *steps) begin(name string) (done func(error)) {
	began := s.app.now()
	return func(err error) {
		if err == nil {
			s.end(name, s.app.now().Sub(began))
		}
	}
}

// stepWords are package network's steps in Chinese; they come in English.
var stepWords = map[string]string{
	"build Fabric's programs":                "编译 Fabric 程序",
	"make certificates and configuration":    "生成证书和配置",
	"make the genesis block":                 "生成创世区块",
	"prepare the programs":                   "准备程序",
	"start orderers, peers and chaincode":    "启动排序节点、对等节点和链码",
	"wait for orderers, peers and chaincode": "等待排序节点、对等节点和链码",
	"join the orderers":                      "排序节点加入通道",
	"join the peers":                         "对等节点加入通道",
	"install the chaincode":                  "安装链码",
	"approve the chaincode":                  "批准链码",
	"commit the chaincode":                   "提交链码",
	"wait until every peer finds endorsers":  "等待各节点可以背书",
	"start the gateways":                     "启动网关",
	"check the folder":                       "检查目录",
	"find the programs":                      "查找程序",
	"stop":                                   "停止",
	"remove what runs":                       "移除运行中的部分",
	"delete the network's files":             "删除网络文件",
	"lock":                                   "等待锁",
}

func (a *app) stepName(name string) string {
	if zh, known := stepWords[name]; known {
		return message.Text{En: name, Zh: zh}.In(a.language)
	}
	return name
}
