package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/ledger"
	"github.com/imi-ledger/imi/network"
)

func (a *app) demoCommand() *cobra.Command {
	var runtime string
	made := a.make(command{use: "demo", endless: true,
		examples: []string{"imi demo", "imi demo --lang zh", "imi demo -o json"},
		short:    message.Text{En: "Run the whole story on sample people and files", Zh: "用样本人物和文件演示全流程"},
		long: message.Text{
			En: "Bring the network up if it is not, enrol a sample citizen, present and verify, register and notarise a certificate,\nrevoke, and show the history. Every step is printed with its time and the command that does the same; what it writes is\nin the folder demo of --dir. The network is left running. Run again, it takes the next citizen.",
			Zh: "必要时启动网络，登记一位样本公民，出示并核验凭证，登记并公证一份证书，撤销凭证，查看历史。每一步都给出用时和等效命令；\n生成的文件在 --dir 的 demo 目录中。网络保持运行。再次执行时换下一位公民。"},
		run: func(ctx context.Context, _ []string) (result, error) {
			s := a.newStory()
			if err := s.tell(ctx, runtime); err != nil {
				return nil, err
			}
			return s.ending()
		}})
	made.Flags().StringVar(&runtime, "runtime", "", a.say(message.Text{En: "native or docker, for a network that is not up yet", Zh: "native 或 docker（用于尚未启动的网络）"}))
	return made
}

// scene is one step of the story: what happens, and the commands that do it.
type scene struct {
	title message.Text
	acts  []act
}

// act is one command and how it must end.
type act struct {
	args []string
	exit int
}

func runs(args ...string) act            { return act{args, exitDone} }
func ends(exit int, args ...string) act  { return act{args, exit} }
func (s *story) file(name string) string { return filepath.Join(s.folder, name) }

var (
	titleNetwork  = message.Text{En: "The network: every organisation runs its own orderer, peer, chaincode and gateway", Zh: "网络：每个机构运行自己的排序节点、对等节点、链码和网关"}
	titleRegistry = message.Text{En: "The trust registry: who may attest what", Zh: "信任登记簿：谁可以证明什么"}
	titleEnrol    = message.Text{En: "A citizen is enrolled in person and gets an identity credential in a wallet file", Zh: "当面登记一位公民，身份凭证存入钱包文件"}
	titleTwice    = message.Text{En: "The same ID number again: refused", Zh: "同一身份号码再次登记：拒绝"}
	titlePresent  = message.Text{En: "The service hall asks; the citizen shows only name and “over 18”; the gateway verifies", Zh: "政务服务大厅提出请求；公民只出示姓名和“已满18岁”；网关核验"}
	titleReplay   = message.Text{En: "The same presentation replayed: refused", Zh: "重放同一次出示：拒绝"}
	titleDocument = message.Text{En: "A degree certificate is registered, notarised and verified", Zh: "登记、公证并核验一份学位证书"}
	titleAltered  = message.Text{En: "One changed byte: not found", Zh: "改动一个字节：未找到"}
	titleRevoke   = message.Text{En: "The credential is revoked; a new presentation says so, and since which block", Zh: "撤销凭证；再次出示时显示已撤销及所在区块"}
	titleHistory  = message.Text{En: "The auditor sees the history of the record", Zh: "审计人员查看该记录的历史"}
)

// tell plays every scene.
func (s *story) tell(ctx context.Context, runtime string) error {
	up := []string{"network", "up"}
	if runtime != "" {
		up = append(up, "--runtime", runtime)
	}
	if err := s.play(ctx, scene{titleNetwork, []act{runs(up...)}}); err != nil {
		return err
	}
	if err := s.prepare(ctx); err != nil {
		return err
	}
	citizen, wallet := s.citizens+"#"+s.citizen, s.file("wallet.json")
	request, presentation := s.file("request.json"), s.file("presentation.txt")
	verify := []string{"verify", "presentation", presentation, "--request", request}
	err := s.playAll(ctx,
		scene{titleRegistry, []act{runs("org", "list")}},
		scene{titleEnrol, []act{runs("enrol", "--citizen", citizen, "--wallet", wallet)}},
		scene{titleTwice, []act{ends(exitConflict, "enrol", "--citizen", citizen, "--wallet", s.file("second-wallet.json"))}},
		scene{titlePresent, []act{
			runs("nonce", "--out", request),
			runs("present", "--wallet", wallet, "--claims", "name,over_18", "--request", request, "--out", presentation),
			runs(verify...)}},
		scene{titleReplay, []act{ends(exitNotValid, verify...)}},
		scene{titleDocument, []act{
			runs("document", "register", s.document, "--kind", "degree-certificate"),
			runs("notarise", s.document, "--certificate", s.file("notarial-certificate.json")),
			runs("verify", "document", s.document)}},
		scene{titleAltered, []act{ends(exitNotFound, "verify", "document", s.altered)}})
	if err != nil {
		return err
	}
	return s.revoke(ctx, wallet)
}

// revoke plays the last scenes, which need the credential's digest.
func (s *story) revoke(ctx context.Context, wallet string) error {
	request, presentation := s.file("request-2.json"), s.file("presentation-2.txt")
	digest := s.credential.String()
	return s.playAll(ctx,
		scene{titleRevoke, []act{
			runs("credential", "revoke", digest, "--reason", string(ledger.ReasonHolderRequest)),
			runs("nonce", "--out", request),
			runs("present", "--wallet", wallet, "--claims", "name,over_18", "--request", request, "--out", presentation),
			ends(exitNotValid, "verify", "presentation", presentation, "--request", request)}},
		scene{titleHistory, []act{runs("history", string(ledger.AttestationKey(s.credential)), "--org", "AuditMSP")}})
}

// told is the whole story as a result.
type told struct {
	Steps   []toldScene     `json:"steps"`
	Seconds float64         `json:"seconds"`
	Network *networkSummary `json:"network"`
	Next    []string        `json:"next"`
}

type toldScene struct {
	Title   string    `json:"title"`
	Seconds float64   `json:"seconds"`
	Acts    []toldAct `json:"commands"`
}

type toldAct struct {
	Command string  `json:"command"`
	Exit    int     `json:"exit"`
	Seconds float64 `json:"seconds"`
	Output  string  `json:"output"`
}

// ending says where to go next.
func (s *story) ending() (result, error) {
	n, err := network.Open(s.app.options.dir)
	if err != nil {
		return nil, err
	}
	s.told.Seconds, s.told.Network = s.app.now().Sub(s.began).Seconds(), summaryOf(n)
	wallet := s.file("wallet.json")
	for _, args := range [][]string{{"network", "status"}, {"wallet", "show", "--wallet", wallet},
		{"verify", "document", s.document}, {"org", "show", "PoliceMSP"}, {"demo"}, {"network", "stop"}} {
		s.told.Next = append(s.told.Next, s.line(args))
	}
	return &s.told, nil
}

func (t *told) render(p *page) {
	p.line(message.Text{En: "Told in %.1f s. The network keeps running.", Zh: "全程用时 %.1f 秒。网络保持运行。"}, t.Seconds)
	p.blank()
	p.line(message.Text{En: "Where to go next", Zh: "接下来"})
	for _, id := range t.Network.gatewayOf {
		p.text(fmt.Sprintf("  %s%s %s", id, strings.Repeat(" ", max(1, 12-len(id))), t.Network.Gateways[id]+"/"))
	}
	for _, line := range t.Next {
		p.text("  $ " + line)
	}
}

// clock measures one part of the story.
func (s *story) clock() func() float64 {
	began := s.app.now()
	return func() float64 { return s.app.now().Sub(began).Round(time.Millisecond).Seconds() }
}
