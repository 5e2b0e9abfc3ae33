//go:build integration

package network

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

func bringUp(t *testing.T, o Options) *Network {
	t.Helper()
	t.Cleanup(func() { reset(t, o.Dir) })
	began := time.Now()
	o.Progress = func(s Step) {
		if s.Done {
			t.Logf("%-42s %v", s.Name, s.Duration.Round(time.Millisecond))
		}
	}
	n, err := Up(t.Context(), o)
	if err != nil {
		t.Fatal(told(err))
	}
	t.Logf("up in %v", time.Since(began).Round(time.Millisecond))
	return n
}

// reset uses a context of its own: the test's has ended when clean-up runs.
func reset(t *testing.T, dir string) {
	if err := Reset(context.Background(), dir, nil); err != nil && !errors.Is(err, ErrNoNetwork) {
		t.Error("reset:", told(err))
	}
}

func told(err error) string {
	var f *Failure
	if errors.As(err, &f) {
		return f.Error() + "\n" + strings.Join(f.Lines, "\n") + "\n" + f.Remedy
	}
	return err.Error()
}

var built string

func TestMain(m *testing.M) {
	var err error
	if built, err = os.MkdirTemp("", "imi-programs-*"); err != nil {
		panic(err)
	}
	code := m.Run()
	os.RemoveAll(built)
	os.Exit(code)
}

func allPrograms(t *testing.T) Programs {
	p := withoutGateways(t)
	p.Gateway = compile(t, "imi-gateway", "../gateway/imi-gateway")
	return p
}

func withoutGateways(t *testing.T) Programs {
	return Programs{Chaincode: compile(t, "imi-chaincode", "../chaincode/imi-chaincode"), Builder: compile(t, "imi-builder", "./imi-builder"), Gateway: LeaveOut}
}

func compile(t *testing.T, name, source string) string {
	t.Helper()
	out := filepath.Join(built, name)
	if executable(out) == nil {
		return out
	}
	cmd := exec.Command("go", "build", "-trimpath", "-o", out, source)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build %s: %v\n%s", name, err, text)
	}
	return out
}

func look(t *testing.T, n *Network) map[string]NodeStatus {
	t.Helper()
	s, err := n.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]NodeStatus{}
	for _, node := range s.Nodes {
		out[node.Name] = node
	}
	return out
}

func healthy(t *testing.T, n *Network) {
	t.Helper()
	for name, node := range look(t, n) {
		if node.State != Running || node.PID == 0 {
			t.Errorf("%s is %s: %s", name, node.State, node.Problem)
		}
	}
}

func allStopped(t *testing.T, n *Network) {
	t.Helper()
	for name, node := range look(t, n) {
		if node.State != Stopped || node.Problem != "" {
			t.Errorf("%s is %s after stop (%s)", name, node.State, node.Problem)
		}
	}
}

func heightOf(t *testing.T, n *Network, name string) uint64 {
	t.Helper()
	return look(t, n)[name].Height
}

func pids(t *testing.T, n *Network) string {
	t.Helper()
	var out strings.Builder
	seen := look(t, n)
	for _, node := range n.Nodes() {
		out.WriteString(node.Name + " " + strconv.Itoa(seen[node.Name].PID) + "\n")
	}
	return out.String()
}

// strangersAreTurnedAway: orderers (both ports), peers and chaincode servers talk to nobody without a certificate, or with
// one that none of the organisations issued.
func strangersAreTurnedAway(t *testing.T, n *Network) {
	t.Helper()
	for _, node := range n.ofKind(Orderer, Peer, Chaincode) {
		a, err := n.admin(node.Organisation)
		if err != nil {
			t.Fatal(err)
		}
		for who, certificate := range map[string]tls.Certificate{"without certificate": {}, "of another authority": stranger(t, node)} {
			config := a.config(node)
			// Asked by this function, the client sends even what the server says it will not accept.
			config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &certificate, nil }
			for _, port := range node.published() {
				if err := refusal(t, config, port); err == nil || !strings.Contains(err.Error(), "certificate") {
					t.Errorf("%s, port %d, to a client %s: %v", node.Name, port, who, err)
				}
			}
		}
	}
}

// stranger is a client certificate as an organisation's own would be, but for who signed it.
func stranger(t *testing.T, node Node) tls.Certificate {
	t.Helper()
	other, err := newAuthority("tls-ca."+node.Host, node.Organisation)
	if err != nil {
		t.Fatal(err)
	}
	client, err := other.tlsClient("admin." + node.Host)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := tls.X509KeyPair(client.cert, client.key)
	if err != nil {
		t.Fatal(err)
	}
	return certificate
}

// refusal is what a server says to a client; nil when it lets it in.
func refusal(t *testing.T, config *tls.Config, port int) error {
	t.Helper()
	dialer := &tls.Dialer{NetDialer: &net.Dialer{Timeout: 30 * time.Second}, Config: config}
	conn, err := dialer.DialContext(t.Context(), "tcp", loopback(port))
	if err != nil {
		return err
	}
	defer conn.Close()
	// TLS 1.3: the refusal comes after the client's part is done.
	_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
	_, err = io.ReadAll(conn)
	return err
}

func shell(t *testing.T, n *Network, organisation, command string) string {
	t.Helper()
	env, err := n.Env(organisation)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, "sh", "-c", env+command).CombinedOutput()
	if err != nil {
		t.Errorf("%s as %s: %v\n%s", command, organisation, err, out)
	}
	return string(out)
}
