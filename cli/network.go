package cli

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/network"
)

func (a *app) networkCommands() *cobra.Command {
	return a.group("network", message.Text{En: "Bring the Fabric network up, watch it, end it", Zh: "启动、查看和停止 Fabric 网络"},
		a.networkUp(), a.networkStart(), a.networkStop(), a.networkDown(), a.networkStatus(), a.networkLogs(), a.networkDoctor(),
		a.networkReset(), a.networkEnv(), a.networkProfile())
}

func (a *app) networkUp() *cobra.Command {
	var runtime, topology, types, programs string
	var port int
	made := a.make(command{
		use:   "up",
		short: message.Text{En: "Make the network, start it and found its trust registry", Zh: "建立并启动网络，并建立信任登记簿"},
		long: message.Text{
			En: "Make certificates and genesis block, start every node, deploy the chaincode, start the gateways, and let the\n" +
				"organisations found the trust registry: who may attest what. A second up is harmless; one that was interrupted carries on.",
			Zh: "生成证书和创世区块，启动所有节点，部署链码，启动网关，并由各机构共同建立信任登记簿（谁可以证明什么）。\n重复执行无害；中断后再执行会继续。"},
		examples: []string{"imi network up", "imi network up --runtime docker --topology raft1 # in containers, with one orderer | 使用容器和单个排序节点"},
		endless:  true,
		run: func(ctx context.Context, _ []string) (result, error) {
			r, err := network.ParseRuntime(runtime)
			if err != nil {
				return nil, usage(message.Text{En: "--runtime is native or docker", Zh: "--runtime 只能是 native 或 docker"})
			}
			if port != 0 && (port < network.LowestPort || port > network.HighestPort) {
				return nil, usage(message.Text{En: "--port is from %d to %d", Zh: "--port 须在 %d 至 %d 之间"}, network.LowestPort, network.HighestPort)
			}
			o := network.Options{Dir: a.options.dir, BasePort: port, Programs: programsIn(programs)}
			if runtime != "" {
				o.Runtime = r
			}
			if topology != "" {
				if o.Topology, err = network.ParseTopology(topology); err != nil {
					return nil, usage(message.Text{En: "--topology is bft4, raft1 or raft3", Zh: "--topology 只能是 bft4、raft1 或 raft3"})
				}
			}
			return a.bringUp(ctx, o, types)
		},
	})
	made.Flags().StringVar(&runtime, "runtime", "", a.say(message.Text{En: "native or docker; default native", Zh: "native 或 docker；默认 native"}))
	made.Flags().StringVar(&topology, "topology", "", a.say(message.Text{En: "bft4, raft1 or raft3; default bft4", Zh: "bft4、raft1 或 raft3；默认 bft4"}))
	made.Flags().IntVar(&port, "port", 0, a.say(message.Text{En: "first port; default: free ones", Zh: "起始端口；默认自动选择空闲端口"}))
	made.Flags().StringVar(&programs, "programs", "", a.say(message.Text{En: "folder of imi-chaincode, imi-gateway and imi-builder; default: beside imi, else bin here or above", Zh: "imi-chaincode、imi-gateway、imi-builder 所在目录；默认与 imi 同目录，否则为此处或上级目录的 bin"}))
	made.Flags().StringVar(&types, "types", "", a.say(message.Text{En: "folder of credential types to found with; default: the built-in ones", Zh: "建立时采用的凭证类型目录；默认使用内置类型"}))
	return made
}

func programsIn(folder string) network.Programs {
	if folder == "" {
		return network.Programs{}
	}
	return network.Programs{Chaincode: filepath.Join(folder, "imi-chaincode"), Gateway: filepath.Join(folder, "imi-gateway"),
		Builder: filepath.Join(folder, "imi-builder")}
}

// bringUp makes the network, and has its organisations found the registry while gateways are still starting.
func (a *app) bringUp(ctx context.Context, o network.Options, types string) (result, error) {
	began := a.now()
	steps := a.steps()
	founded := false
	o.Progress = steps.hear
	o.Meanwhile = func(ctx context.Context) (err error) {
		done := steps.begin(a.say(message.Text{En: "found the trust registry", Zh: "建立信任登记簿"}))
		if err = a.noteHeight(ctx); err == nil {
			founded, err = a.found(ctx, types)
		}
		done(err)
		return err
	}
	n, err := network.Up(ctx, o)
	if err != nil {
		return nil, err
	}
	if err := a.keepTrust(ctx); err != nil {
		return nil, err
	}
	summary := summaryOf(n)
	summary.Steps, summary.Founded, summary.Seconds = steps.finished, founded, a.now().Sub(began).Seconds()
	return summary, nil
}

// change makes a command that acts on the network there is, and tells how it is then.
func (a *app) change(c command, do func(context.Context, *network.Network) error, summaryOf func(*network.Network) *networkSummary) *cobra.Command {
	c.endless = true
	c.run = func(ctx context.Context, _ []string) (result, error) {
		n, err := network.Open(a.options.dir)
		if err != nil {
			return nil, err
		}
		began := a.now()
		steps := a.steps()
		n.OnProgress(steps.hear)
		if err := do(ctx, n); err != nil {
			return nil, err
		}
		summary := summaryOf(n)
		summary.Steps, summary.Seconds = steps.finished, a.now().Sub(began).Seconds()
		return summary, nil
	}
	return a.make(c)
}

func (a *app) networkStart() *cobra.Command {
	return a.change(command{use: "start", examples: []string{"imi network start"},
		short: message.Text{En: "Start what does not run; nothing recorded is lost", Zh: "启动未运行的节点；已记录的内容不会丢失"},
	}, func(ctx context.Context, n *network.Network) error { return n.Start(ctx) }, summaryOf)
}

func (a *app) networkStop() *cobra.Command {
	return a.change(command{use: "stop", examples: []string{"imi network stop"},
		short: message.Text{En: "Stop every node and keep everything recorded", Zh: "停止所有节点，保留全部记录"},
	}, func(ctx context.Context, n *network.Network) error { return n.Stop(ctx) }, summaryOfStopped)
}

func (a *app) networkDown() *cobra.Command {
	return a.change(command{use: "down", examples: []string{"imi network down"},
		short: message.Text{En: "Stop, and remove containers; the folder stays", Zh: "停止并移除容器；目录保留"},
	}, func(ctx context.Context, n *network.Network) error { return n.Down(ctx) }, summaryOfStopped)
}

// networkSummary tells what runs where.
type networkSummary struct {
	Dir       string            `json:"dir"`
	Runtime   network.Runtime   `json:"runtime"`
	Topology  string            `json:"topology"`
	Gateways  map[string]string `json:"gateways,omitempty"`
	Steps     []finishedStep    `json:"steps,omitempty"`
	Founded   bool              `json:"founded,omitempty"`
	Seconds   float64           `json:"seconds"`
	gatewayOf []string
}

// summaryOf is for a network that runs.
func summaryOf(n *network.Network) *networkSummary {
	s := summaryOfStopped(n)
	s.Gateways = map[string]string{}
	for _, node := range n.Nodes() {
		if node.Kind == network.Gateway {
			s.Gateways[node.Organisation] = "http://" + node.Address()
			s.gatewayOf = append(s.gatewayOf, node.Organisation)
		}
	}
	return s
}

// summaryOfStopped names no gateways: none answers.
func summaryOfStopped(n *network.Network) *networkSummary {
	return &networkSummary{Dir: n.Dir(), Runtime: n.Runtime(), Topology: n.Topology().Name}
}

func (s *networkSummary) render(p *page) {
	p.line(message.Text{En: "done in %.1f s: network %s (%s) in %s", Zh: "用时 %.1f 秒：网络 %s（%s），目录 %s"}, s.Seconds, s.Topology, s.Runtime, s.Dir)
	for _, id := range s.gatewayOf {
		p.text(fmt.Sprintf("  %-12s %s", id, s.Gateways[id]))
	}
}
