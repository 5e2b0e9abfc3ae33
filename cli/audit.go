package cli

import (
	"github.com/spf13/cobra"

	"github.com/imi-ledger/imi/cli/message"
)

func (a *app) auditCommands() *cobra.Command {
	made := a.group("audit", message.Text{En: "Recompute the ledger from its raw blocks", Zh: "由原始区块重新计算整个账本"},
		a.auditRun(), a.auditExport(), a.auditCompare(), a.auditFork())
	made.Long = a.say(message.Text{
		En: `Recompute the ledger from its raw blocks and believe nobody: not the peer that delivers them, not its verdicts, not a
majority of organisations. One thing is trusted, the hash of the genesis block, and the report says where it came from.

What is recomputed: the one legal encoding of everything, the chain of hashes, the orderers' quorum, every signature and
certificate, configuration changes, every verdict, the commit hash, every record by the rules of the ledger, the state.`,
		Zh: `由原始区块重新计算整个账本，不相信任何一方：不相信提供区块的节点及其判定，也不相信多数机构。只信任创世区块的
摘要，报告会说明其来源。

重新计算的内容：一切内容的唯一合法编码、哈希链、排序节点法定人数、每个签名和证书、配置变更、每项判定、提交摘要、
按账本规则的每条记录，以及状态。`})
	return made
}
