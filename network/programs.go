package network

import (
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Programs are the product's own programs. An empty field is looked for beside the running program, then in ./bin of
// the working directory and of the folders above it. LeaveOut for Gateway runs a network without gateways.
type Programs struct {
	Chaincode string `json:"chaincode"`
	Gateway   string `json:"gateway"`
	Builder   string `json:"builder"`
}

// LeaveOut as Programs.Gateway means: run no gateways.
const LeaveOut = "-"

func (p Programs) gateways() bool { return p.Gateway != LeaveOut }

// resolve makes every name absolute and checks that the programs exist.
func (p Programs) resolve() (Programs, error) {
	for _, part := range []struct {
		field *string
		name  string
	}{{&p.Chaincode, "imi-chaincode"}, {&p.Gateway, "imi-gateway"}, {&p.Builder, "imi-builder"}} {
		if *part.field == LeaveOut && part.name == "imi-gateway" {
			continue
		}
		path, err := findProgram(*part.field, part.name)
		if err != nil {
			return p, err
		}
		*part.field = path
	}
	return p, nil
}

func findProgram(given, name string) (string, error) {
	if given != "" {
		path, err := filepath.Abs(given)
		if err == nil {
			err = executable(path)
		}
		if err != nil {
			err = &remedied{err, "name the folder of the programs with --programs; make build puts them into bin"}
		}
		return path, err
	}
	var folders []string
	if self, err := os.Executable(); err == nil {
		folders = append(folders, filepath.Dir(self))
	}
	folders = append(folders, upward("bin")...)
	for _, folder := range folders {
		if path := filepath.Join(folder, name); executable(path) == nil {
			return path, nil
		}
	}
	return "", &remedied{fmt.Errorf("the program %s is not built: looked beside this program and in bin/ here and above", name), "make build"}
}

func executable(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() || info.Mode()&0o111 == 0 {
		return fmt.Errorf("%s is not a program", path)
	}
	return nil
}

// upward lists name in the working directory and in every folder above it.
func upward(name string) []string {
	var out []string
	dir, err := os.Getwd()
	for err == nil {
		out = append(out, filepath.Join(dir, name))
		parent := filepath.Dir(dir)
		if parent == dir {
			break
		}
		dir = parent
	}
	return out
}

// checkStatic refuses programs that need a dynamic loader: an image FROM scratch has none, and the error a container
// gives then ("no such file or directory") misleads.
func checkStatic(path string) error {
	f, err := elf.Open(path)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	defer f.Close()
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			return &remedied{errors.New(path + " is not statically linked, so no container can run it"), "build it with CGO_ENABLED=0 (make build does)"}
		}
	}
	return nil
}
