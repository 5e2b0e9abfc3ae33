#!/usr/bin/env bash
# What row "start" is measured beside: a network of the same topology and settings, brought up by Fabric's own programs and
# nothing else, in the shortest order that works, up to the first record committed and read. `network.sh up` or `down`.
#
# From the environment: DIR (the plan: node configuration, configtx.yaml, chaincode package), BIN (Fabric's programs; those that
# are missing are built there from SOURCE), BASE (first port), PACKAGE (id of the package), BUILDER and CHAINCODE (programs), and
# for containers RUNTIME=docker, COMPOSE (the program), PROJECT.
set -euo pipefail
cd "$DIR"
orgs=(service police notary audit)
export FABRIC_LOGGING_SPEC=error FABRIC_CFG_PATH=$DIR/client

# quietly COMMAND...: says something only when it fails.
quietly() {
  local said
  said=$("$@" 2>&1) || { echo "$*: $said" >&2; return 1; }
}

port() { echo $((BASE + 10 * $1 + $2)); } # organisation, then 0 orderer, 1 its admin port, 2 peer, 4 chaincode
home() { echo "$DIR/crypto/peerOrganizations/${orgs[$1]}.imi.test"; }
admin() { echo "$(home "$1")/users/Admin@${orgs[$1]}.imi.test"; }

# each COMMAND...: for every organisation at once, with its number behind; fails when one fails.
each() {
  local jobs=() job
  for i in 0 1 2 3; do "$@" "$i" & jobs+=($!); done
  for job in "${jobs[@]}"; do wait "$job"; done
}

# until_works COMMAND...: again and again for half a minute, as long as it fails; the last time with what it says.
until_works() {
  local tries
  for tries in {1..300}; do "$@" >/dev/null 2>&1 && return; sleep 0.1; done
  "$@"
}

# reads ORGANISATION KEY VALUE: a peer tells of a block when it is on its disk, a moment before its state can be read.
reads() { [ "$(as "$1" chaincode query -C imi -n imi -c "{\"Args\":[\"get\",\"$2\"]}")" = "$3" ]; }

# as ORGANISATION ARGUMENTS...: Fabric's peer program as an organisation's administrator.
as() {
  local i=$1
  CORE_PEER_LOCALMSPID=${orgs[$i]^}MSP CORE_PEER_MSPCONFIGPATH=$(admin "$i")/msp CORE_PEER_ADDRESS=127.0.0.1:$(port "$i" 2) \
    CORE_PEER_TLS_ENABLED=true CORE_PEER_TLS_ROOTCERT_FILE=$(home "$i")/tlsca/tlsca.${orgs[$i]}.imi.test-cert.pem \
    CORE_PEER_TLS_CLIENTAUTHREQUIRED=true CORE_PEER_TLS_CLIENTCERT_FILE=$(admin "$i")/tls/client.crt \
    CORE_PEER_TLS_CLIENTKEY_FILE=$(admin "$i")/tls/client.key "$BIN/peer" "${@:2}"
}

# ordering ORGANISATION: the flags that name its orderer. endorsers: those that name three peers.
ordering() {
  echo -o "127.0.0.1:$(port "$1" 0)" --tls --clientauth --cafile "$(home "$1")/tlsca/tlsca.${orgs[$1]}.imi.test-cert.pem" \
    --certfile "$(admin "$1")/tls/client.crt" --keyfile "$(admin "$1")/tls/client.key"
}
endorsers() {
  for i in 0 1 2; do echo --peerAddresses "127.0.0.1:$(port $i 2)" --tlsRootCertFiles "$(home $i)/tlsca/tlsca.${orgs[$i]}.imi.test-cert.pem"; done
}

programs() {
  local missing=()
  for name in configtxgen cryptogen orderer osnadmin peer; do
    [ -x "$BIN/$name" ] || missing+=("github.com/hyperledger/fabric/cmd/$name")
  done
  [ ${#missing[@]} -eq 0 ] || (cd "$SOURCE" && CGO_ENABLED=0 GOFLAGS='' go build -mod=readonly -trimpath -buildvcs=false -ldflags "-s -w" -o "$BIN/" "${missing[@]}")
}

certificates() {
  for o in "${orgs[@]}"; do
    echo "  - {Name: $o, Domain: $o.imi.test, EnableNodeOUs: true, Users: {Count: 0}, Specs: ["
    for kind in orderer peer chaincode; do echo "      {Hostname: $kind, CommonName: $kind.$o.imi.test, SANS: [localhost, 127.0.0.1]},"; done
    echo "    ]}"
  done | sed '1i PeerOrgs:' >crypto.yaml
  "$BIN/cryptogen" generate --config=crypto.yaml --output=crypto >/dev/null
  for i in 0 1 2 3; do
    mkdir -p channel/msp
    cp -r "$(home $i)/msp" "channel/msp/${orgs[$i]^}MSP"
    for kind in orderer peer chaincode; do
      cp -r "$(home $i)/peers/$kind.${orgs[$i]}.imi.test"/{msp,tls} "nodes/$kind.${orgs[$i]}/"
      mv "nodes/$kind.${orgs[$i]}/msp/signcerts"/*.pem "nodes/$kind.${orgs[$i]}/msp/signcerts/cert.pem"
    done
  done
}

# node FOLDER PROGRAM ARGUMENTS...: a process in a node's folder, whose id is noted.
node() {
  cd "$DIR/nodes/$1"
  FABRIC_CFG_PATH=. IMI_CHAINCODE_CONNECTION=chaincode.json nohup "${@:2}" >log 2>&1 &
  echo $! >>"$DIR/pids"
}

start_native() {
  mkdir -p builder/bin
  for name in detect build release; do cp "$BUILDER" builder/bin/$name; done
  for i in 0 1 2 3; do
    (node "orderer.${orgs[$i]}" "$BIN/orderer")
    (node "peer.${orgs[$i]}" "$BIN/peer" node start)
    (node "chaincode.${orgs[$i]}" "$CHAINCODE" --address "127.0.0.1:$(port $i 4)" --id "$PACKAGE" --tls-cert tls/server.crt --tls-key tls/server.key --client-ca tls/ca.crt)
  done
}

# image NAME: of what lies in docker/NAME/files, unless there is one.
image() {
  docker image inspect "$1" >/dev/null 2>&1 && return
  mkdir -p "docker/$1/files/builder/bin"
  if [ "$1" = imi-bare-fabric ]; then
    cp "$BIN/peer" "$BIN/orderer" "docker/$1/files/"
    for name in detect build release; do cp "$BUILDER" "docker/$1/files/builder/bin/$name"; done
  else
    cp "$CHAINCODE" "docker/$1/files/imi-chaincode"
  fi
  printf 'FROM scratch\nCOPY files /\nWORKDIR /node/data\nWORKDIR /node\n' >"docker/$1/Dockerfile"
  quietly docker build --tag "$1" "docker/$1"
}

start_docker() {
  image imi-bare-fabric
  image imi-bare-chaincode
  [ "$(id -u)" != 0 ] || chown -R 65532:65532 nodes
  quietly $COMPOSE -p "$PROJECT" -f docker/compose.yaml up -d
}

listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

join_orderer() { # osnadmin tells its errors on standard output
  quietly "$BIN/osnadmin" channel join --channelID imi --config-block channel/imi.block -o "127.0.0.1:$(port "$1" 1)" \
    --ca-file "$(home "$1")/tlsca/tlsca.${orgs[$1]}.imi.test-cert.pem" --client-cert "$(admin "$1")/tls/client.crt" --client-key "$(admin "$1")/tls/client.key"
}
join_peer() { as "$1" channel join -b channel/imi.block; }
install() { as "$1" lifecycle chaincode install channel/chaincode.tgz; }
approve() {
  # shellcheck disable=SC2046 # flags, one word each
  as "$1" lifecycle chaincode approveformyorg $(ordering "$1") --channelID imi --name imi --version 1 --sequence 1 --package-id "$PACKAGE"
}

up() {
  programs
  certificates
  "start_${RUNTIME:-native}"
  sed -i "s/\.orderer'/.peer'/g" channel/configtx.yaml # cryptogen gives all nodes of an organisation one role
  (cd channel && "$BIN/configtxgen" -profile imi -channelID imi -configPath . -outputBlock imi.block)
  for i in 0 1 2 3; do for part in 0 1 2 4; do until_works listens "$(port $i $part)"; done; done
  # Docker itself listens on a container's ports before the node in it does.
  each until_works join_orderer
  each until_works join_peer
  each until_works install
  each until_works approve
  local key value
  key=$(printf 'first%.0s' {1..13} | cut -c1-64) value=record
  # shellcheck disable=SC2046
  {
    until_works as 0 lifecycle chaincode commit $(ordering 0) $(endorsers) --channelID imi --name imi --version 1 --sequence 1
    until_works as 0 chaincode invoke $(ordering 0) $(endorsers) -C imi -n imi -c "{\"Args\":[\"put\",\"$key$value\"]}" --waitForEvent
  }
  until_works reads 1 "$key" $value
}

down() {
  if [ "${RUNTIME:-native}" = docker ]; then
    quietly $COMPOSE -p "$PROJECT" -f docker/compose.yaml down -t 1
  elif [ -f pids ]; then
    kill -9 $(cat pids) 2>/dev/null || true # one that ended by itself is not missed
  fi
}

"$1"
