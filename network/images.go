package network

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
)

// image is one image FROM scratch: the static programs and nothing else, so that no registry is ever asked.
type image struct {
	name  string
	files map[string]string // path in the image -> program
	kinds []Kind
}

func (r docker) images() ([]image, error) {
	fabric, err := FabricDir()
	if err != nil {
		return nil, err
	}
	p := r.state.Programs
	out := []image{
		{name: "imi-fabric", kinds: []Kind{Orderer, Peer}, files: map[string]string{
			"peer": filepath.Join(fabric, "peer"), "orderer": filepath.Join(fabric, "orderer"),
			"builder/bin/detect": p.Builder, "builder/bin/build": p.Builder, "builder/bin/release": p.Builder,
		}},
		{name: "imi-chaincode", kinds: []Kind{Chaincode}, files: map[string]string{"imi-chaincode": p.Chaincode}},
	}
	if p.gateways() {
		out = append(out, image{name: "imi-gateway", kinds: []Kind{Gateway}, files: map[string]string{"imi-gateway": p.Gateway}})
	}
	return out, nil
}

// dockerfile: a WORKDIR is made when it is missing, which is the only way to make a folder in an empty image; these are
// where the node's folder and its data are mounted. Not /tmp: a memory file system mounted over an existing folder takes
// over its mode, and root's 0755 shuts the containers' user out; without the folder it is made with mode 1777.
const dockerfile = "FROM scratch\nCOPY files /\nWORKDIR /node/data\nWORKDIR /node\n"

// prepare builds the images that the engine does not have yet, all at once, and looks for the compose program meanwhile.
func (r docker) prepare(ctx context.Context, progress func(string)) error {
	if _, err := engineVersion(ctx); err != nil {
		return err
	}
	images, err := r.images()
	if err != nil {
		return err
	}
	if err := r.record(func(s *state) { s.Project, s.Images = projectName(r.layout.dir), map[Kind]string{} }); err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	for _, i := range images {
		group.Go(func() error {
			tag, err := r.build(ctx, i, progress)
			if err != nil {
				return err
			}
			return r.record(func(s *state) { // one by one: whoever deletes the network must know of all there are
				for _, kind := range i.kinds {
					s.Images[kind] = tag
				}
			})
		})
	}
	group.Go(func() error {
		_, err := r.composeProgram(ctx)
		return err
	})
	return group.Wait()
}

// build makes one image, unless the engine has it. Its tag is a digest of everything that goes into it, and the network: each
// network has names of its own for images that are the same, so that deleting one network takes nothing from another.
func (r docker) build(ctx context.Context, i image, progress func(string)) (string, error) {
	digest := sha256.New()
	fmt.Fprint(digest, dockerfile)
	var names []string
	for name := range i.files {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if err := checkStatic(i.files[name]); err != nil {
			return "", err
		}
		fmt.Fprintf(digest, "%d %s ", len(name), name)
		if err := copyInto(digest, i.files[name]); err != nil {
			return "", err
		}
	}
	same := i.name + ":" + hex.EncodeToString(digest.Sum(nil)[:8])
	tag := same + "-" + r.state.Project
	if _, err := ask(ctx, "image", "inspect", "--format", "{{.Id}}", tag); err == nil {
		return tag, nil
	}
	if r.nameSame(ctx, same, tag) {
		return tag, nil
	}
	progress("build the image " + tag)
	folder := r.layout.docker("images", i.name)
	defer os.RemoveAll(folder) // the engine has its own copy then
	for _, name := range names {
		if err := copyProgram(i.files[name], filepath.Join(folder, "files", filepath.FromSlash(name))); err != nil {
			return "", err
		}
	}
	if err := writePublic(filepath.Join(folder, "Dockerfile"), []byte(dockerfile)); err != nil {
		return "", err
	}
	if _, err := run(ctx, "docker", "build", "--tag", tag, folder); err != nil {
		return "", fmt.Errorf("image %s: %w", strings.Split(tag, ":")[0], err)
	}
	return tag, nil
}

// nameSame gives the image of another network that is made of the same programs one name more, if there is such an image.
func (r docker) nameSame(ctx context.Context, same, tag string) bool {
	ids, err := ask(ctx, "image", "ls", "--quiet", "--no-trunc", "--filter", "reference="+same+"-*")
	if err != nil {
		return false
	}
	id, _, _ := strings.Cut(strings.TrimSpace(ids), "\n")
	if id == "" {
		return false
	}
	_, err = ask(ctx, "image", "tag", id, tag) // it may be gone meanwhile
	return err == nil
}

func copyInto(to io.Writer, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(to, f)
	return err
}

// copyProgram copies a program; folders on its way get modes that everybody in a container may pass.
func copyProgram(from, to string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o755)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := copyInto(f, from); err != nil {
		return err
	}
	return f.Close()
}
