// Package wire reads protobuf messages that are in their one encoding: it says whether bytes are, and reads fields out of
// them without copying. Protobuf itself lets many encodings stand for one message.
package wire
