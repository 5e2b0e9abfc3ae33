package network

import (
	"io/fs"
	"path/filepath"
)

// layout makes every path below a network's folder; no other file joins names of its own.
//
//	network.json                       what was made, and which processes run
//	lock                               held by the command at work
//	channel/                           genesis block, what it was made from, the chaincode package
//	channel/msp/<MSPID>/               public certificates of an organisation
//	organisations/<MSPID>/             what its people need: profiles, identities, CA keys
//	nodes/<node>/                      configuration, keys and data of one node
//	logs/<node>.log                    and .log.1, put aside by a start
//	builder/bin/                       the external builder, native runtime
//	docker/                            compose file and image contexts, Docker runtime
type layout struct{ dir string }

func (l layout) at(parts ...string) string {
	return filepath.Join(append([]string{l.dir}, parts...)...)
}

// walk is filepath.WalkDir of the whole folder, also of one that is a symbolic link.
func (l layout) walk(look fs.WalkDirFunc) error {
	return filepath.WalkDir(l.dir+string(filepath.Separator), look)
}

func (l layout) state() string { return l.at("network.json") }
func (l layout) lock() string  { return l.at("lock") }
func (l layout) channel(parts ...string) string {
	return l.at(append([]string{"channel"}, parts...)...)
}
func (l layout) genesis() string         { return l.channel("imi.block") }
func (l layout) packageFile() string     { return l.channel("chaincode.tgz") }
func (l layout) msp(mspid string) string { return l.channel("msp", mspid) }
func (l layout) node(name string, parts ...string) string {
	return l.at(append([]string{"nodes", name}, parts...)...)
}
func (l layout) organisation(mspid string, parts ...string) string {
	return l.at(append([]string{"organisations", mspid}, parts...)...)
}
func (l layout) log(name string) string { return l.at("logs", name+".log") }
func (l layout) builder() string        { return l.at("builder") }
func (l layout) docker(parts ...string) string {
	return l.at(append([]string{"docker"}, parts...)...)
}

// Names of the files in organisations/<MSPID>/. Everything network puts there is listed in ours.
const (
	profileFile        = "profile.json"
	gatewayProfileFile = "gateway.json"
	connectionFile     = "connection.json"
	peerProgramFolder  = "peer"
	authorityFolder    = "ca"
)

// ours lists what network makes below its folder: the only things Reset removes. Of organisations/<MSPID> only the
// named entries are ours; keys that people keep beside them are not.
var (
	ours             = []string{"channel", "nodes", "logs", "builder", "docker", "network.json"}
	oursOrganisation = []string{profileFile, gatewayProfileFile, connectionFile, peerProgramFolder, authorityFolder, headKeyFile,
		"admin.crt", "admin.key", "admin-tls.crt", "admin-tls.key",
		"gateway.crt", "gateway.key", "gateway-tls.crt", "gateway-tls.key"}
)

// tlsRootFile is the copy of an organisation's TLS root beside each profile.
func tlsRootFile(o Organisation) string { return "tls-ca-" + o.Name + ".crt" }
