package fabric

import (
	"context"
	"errors"
	"strings"

	gatewaypb "github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/imi-ledger/imi/ledger"
)

// failure is a refusal that keeps its cause for a log. Only the refusal is shown: causes can hold addresses and arguments.
type failure struct {
	refusal *ledger.Refusal
	cause   error
}

func (f *failure) Error() string { return f.refusal.Error() }

func (f *failure) Unwrap() []error {
	if f.cause == nil {
		return []error{f.refusal}
	}
	return []error{f.refusal, f.cause}
}

func refuse(cause error, code ledger.Code, rule string, args ...any) error {
	return &failure{refusal: ledger.Refuse(code, "", rule, args...), cause: cause}
}

// refuseTransaction is refuse about a transaction, whose id becomes the refusal's subject.
func refuseTransaction(cause error, id string, code ledger.Code, rule string, args ...any) error {
	refusal := ledger.Refuse(code, "", rule, args...)
	refusal.Subject = id
	return &failure{refusal: refusal, cause: cause}
}

// Phrases of Fabric's own messages. It has no codes for these, so they are matched here and nowhere else.
const (
	saysChaincode      = "chaincode response "           // the chaincode itself answered with an error
	saysOthersDiffer   = "failed to collect enough"      // own peer endorsed, others did not or differently
	saysAccessDenied   = "access denied"                 // certificate or membership
	saysExpired        = "identity expired"              // ExpirationCheck filter
	saysTimestamp      = "incorrect timestamp"           // TimeWindowCheck filter
	saysBusy           = "concurrency limit"             // the peer's limiter; the request was not looked at
	saysTooLarge       = "exceeds maximum allowed"       // orderer: over AbsoluteMaxBytes
	saysTooLargeStatus = "REQUEST_ENTITY_TOO_LARGE"      // orderer, by status
	saysForbidden      = "status=FORBIDDEN"              // orderer: not a writer of the channel
	saysNoSuchID       = "no such transaction ID"        // qscc: not committed on this peer
	saysNoSuchBlock    = "no such block number"          // qscc: not committed on this peer
	saysNotDefined     = "has been successfully defined" // chaincode not committed on the channel yet
)

// messagesOf lists a gRPC error's own message and those of its details, where Fabric puts each peer's answer.
func messagesOf(err error) []string {
	state := status.Convert(err)
	messages := []string{state.Message()}
	for _, detail := range state.Details() {
		if d, ok := detail.(*gatewaypb.ErrorDetail); ok {
			messages = append(messages, d.GetMessage())
		}
	}
	var answer *answerError
	if errors.As(err, &answer) {
		messages = append(messages, answer.message)
	}
	return messages
}

func saysAny(messages []string, phrases ...string) bool {
	for _, message := range messages {
		for _, phrase := range phrases {
			if strings.Contains(message, phrase) {
				return true
			}
		}
	}
	return false
}

// ordererSays reports that every orderer whose answer is in the error said one of the phrases. The peer's Gateway gives up
// on a BFT service only after more of them refused than may be bad.
func ordererSays(err error, phrases ...string) bool {
	messages := messagesOf(err)
	if len(messages) == 1 {
		return saysAny(messages, phrases...)
	}
	for _, message := range messages[1:] {
		if !saysAny([]string{message}, phrases...) {
			return false
		}
	}
	return true
}

// refusalIn finds the refusal a chaincode returned.
func refusalIn(messages []string) (*ledger.Refusal, bool) {
	for _, message := range messages {
		if refusal, ok := ledger.ParseRefusal(message); ok {
			return refusal, true
		}
	}
	return nil, false
}

// chaincodeFault is an error the chaincode returned without a code: a defect in it, not something the caller did.
type chaincodeFault struct{ cause error }

func (f *chaincodeFault) Error() string { return "the chaincode failed without saying why by a code" }
func (f *chaincodeFault) Unwrap() error { return f.cause }

// decided reports what the chaincode or the peer's access control answered. These answers are final: no other peer and no
// later attempt would answer otherwise.
func decided(err error) (error, bool) {
	messages := messagesOf(err)
	if refusal, ok := refusalIn(messages); ok {
		return &failure{refusal: refusal, cause: err}, true
	}
	switch {
	case saysAny(messages, saysChaincode):
		return &chaincodeFault{err}, true
	case saysAny(messages, saysTimestamp):
		return refuse(err, ledger.NotAllowed, "the peer refused the time of the request; set this machine's clock"), true
	case status.Code(err) == codes.PermissionDenied, saysAny(messages, saysAccessDenied, saysExpired):
		return refuse(err, ledger.NotAllowed, "the peer does not accept this client's certificate on the channel"), true
	case status.Code(err) == codes.InvalidArgument:
		return refuse(err, ledger.Malformed, "the peer cannot read the request"), true
	case status.Code(err) == codes.ResourceExhausted && saysAny(messages, "larger than max"):
		return refuse(err, ledger.TooLarge, "the request or its answer is larger than a message may be"), true
	}
	return nil, false
}

// notEndorsed turns a failed endorsement into what the caller can act on. Nothing was sent to be ordered.
func (c *Client) notEndorsed(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return cancelled(ctx)
	}
	if answer, ok := decided(err); ok {
		return answer
	}
	messages := messagesOf(err)
	own := c.profile.Organisation
	switch {
	case saysAny(messages, saysNotDefined):
		return notDeployed(err)
	case saysAny(messages, saysBusy):
		return refuse(err, ledger.Unavailable, "the peer of %s has too many requests in hand; retry later", own)
	case status.Code(err) == codes.Unavailable:
		return refuse(err, ledger.Unavailable, "the peer of %s cannot be reached; see that it runs, then retry", own)
	case saysAny(messages, saysOthersDiffer):
		return refuse(err, ledger.Unavailable, "too few organisations endorsed the same result; retry, and see that their peers run")
	case status.Code(err) == codes.Aborted:
		return refuse(err, ledger.Unavailable, "the chaincode server of %s does not work; start it (imi network start), then retry", own)
	case status.Code(err) == codes.FailedPrecondition:
		return refuse(err, ledger.Unavailable, "too few organisations' peers can be reached to endorse; start them, then retry")
	}
	return refuse(err, ledger.Unavailable, "no endorsement in time; nothing was written; retry")
}

func notDeployed(err error) error {
	return refuse(err, ledger.Unavailable, "the chaincode is not deployed on the channel yet; deploy it, then retry")
}

// cancelled is a cancellation before anything was sent.
func cancelled(ctx context.Context) error {
	return refuse(context.Cause(ctx), ledger.Unavailable, "cancelled before anything was sent; nothing was written")
}

// stale reports that the own peer endorsed and others did not agree, which is what happens while one of them is a block
// behind. Making the transaction anew settles it.
func stale(err error) bool {
	return status.Code(err) == codes.Aborted && saysAny(messagesOf(err)[:1], saysOthersDiffer)
}
