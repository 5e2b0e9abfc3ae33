package network

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"
)

// docker runs nodes as containers, through the compose program of the machine.
type docker struct{ *Network }

// containerUser is who the programs run as when the network is made by root: nobody in particular, but not root.
const containerUser = 65532

func projectName(dir string) string {
	digest := sha256.Sum256([]byte(dir))
	return "imi-" + hex.EncodeToString(digest[:5])
}

// start asks compose only for what does not run from today's images: asking for everything costs seconds.
func (r docker) start(ctx context.Context, nodes []Node) error {
	if err := errors.Join(r.writeCompose(), r.handOver()); err != nil {
		return err
	}
	now, err := r.look(ctx)
	if err != nil {
		return err
	}
	args := []string{"up", "-d", "--no-deps"}
	few := len(args)
	for _, node := range nodes {
		if now.pids[node.Host] == 0 {
			if err := checkPorts(node.ports()); err != nil {
				return onNode(node.Name, err)
			}
		} else if now.uses[node.Host] == r.state.Images[node.Kind] {
			continue
		}
		args = append(args, node.Host)
	}
	if len(args) == few {
		return nil
	}
	return r.compose(ctx, args...)
}

func (r docker) stop(ctx context.Context, nodes []Node) error {
	if len(nodes) == 0 {
		return nil
	}
	args := []string{"stop", "-t", strconv.Itoa(int(stopPatience.Seconds()))}
	for _, node := range nodes {
		args = append(args, node.Host)
	}
	return r.compose(ctx, args...)
}

func (r docker) running(ctx context.Context, nodes []Node) (map[string]int, error) {
	now, err := r.look(ctx)
	if err != nil {
		return nil, err
	}
	pids := map[string]int{}
	for _, node := range nodes {
		if pid := now.pids[node.Host]; pid != 0 {
			pids[node.Name] = pid
		}
	}
	return pids, nil
}

func (r docker) down(ctx context.Context) error {
	return r.compose(ctx, "down", "-t", strconv.Itoa(int(stopPatience.Seconds())), "--remove-orphans")
}

// purge removes this network's names for the images, and with the last name of one the image.
func (r docker) purge(ctx context.Context) {
	for _, image := range r.state.Images {
		_, _ = run(ctx, "docker", "image", "rm", image)
	}
}

func (r docker) logs(ctx context.Context, node Node, o LogOptions) error {
	now, err := r.look(ctx)
	if err != nil {
		return err
	}
	id, ok := now.ids[node.Host]
	if !ok {
		return fmt.Errorf("%s has no container, and so no log", node.Name)
	}
	args := []string{"logs", "--tail", strconv.Itoa(o.Lines)}
	if o.Follow {
		args = append(args, "--follow")
	}
	cmd := exec.CommandContext(ctx, "docker", append(args, id)...)
	cmd.Stdout, cmd.Stderr = o.Out, o.Out
	if err := cmd.Run(); err != nil && ctx.Err() == nil {
		return err
	}
	return nil
}

func (r docker) lines(node Node, count int) []string {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	var out bytes.Buffer
	if r.logs(ctx, node, LogOptions{Lines: count, Out: &out}) != nil {
		return nil
	}
	return lastLines(&out, count)
}

// user is who the containers run as: the user who made the files, or nobody when that is root.
func (r docker) user() (uid, gid int) {
	if os.Geteuid() == 0 {
		return containerUser, containerUser
	}
	return os.Geteuid(), os.Getegid()
}

// handOver lets the containers' user read its keys and write its data. Only root needs to, and only root can.
func (r docker) handOver() error {
	if os.Geteuid() != 0 {
		return nil
	}
	uid, gid := r.user()
	return filepath.WalkDir(r.layout.at("nodes"), func(path string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, uid, gid)
	})
}

// service is one entry of the compose file.
type service struct {
	Node        Node
	Image       string
	Command     []string
	Environment []string
	Ports       []int
	Data        bool
	After       []string // services that are started before
}

func (r docker) services() []service {
	var out []service
	for _, node := range r.Nodes() {
		s := service{Node: node, Image: r.state.Images[node.Kind], Data: node.Kind != Chaincode, Ports: node.published(),
			Environment: append(nodeEnvironment(node), "HOME=/tmp")}
		listen := r.places().listen() + ":" + strconv.Itoa(node.Port)
		switch node.Kind {
		case Orderer:
			s.Command = []string{"/orderer"}
		case Peer:
			s.Command = []string{"/peer", "node", "start"}
		case Chaincode:
			s.Command = append([]string{"/imi-chaincode"}, chaincodeArgs(listen, r.state.PackageID)...)
		case Gateway:
			for _, other := range r.ofKind(Orderer, Peer, Chaincode) { // what the others wait for comes first
				s.After = append(s.After, other.Host)
			}
			s.Command = append([]string{"/imi-gateway"}, gatewayArgs(r.places(), listen, node, r.Nodes(), r.state.Quota)...)
		}
		out = append(out, s)
	}
	return out
}

func (r docker) writeCompose() error {
	uid, gid := r.user()
	text, err := render("compose.yaml", map[string]any{
		"Project": r.state.Project, "Services": r.services(), "User": fmt.Sprintf("%d:%d", uid, gid),
	})
	if err != nil {
		return err
	}
	return writePublic(r.layout.docker("compose.yaml"), text)
}
