package block

import (
	"errors"
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/imi-ledger/imi/evidence/wire"
)

// part is a kind of message that is read from transactions.
type part struct {
	kind  *wire.Kind
	empty proto.Message
}

var parts wire.Kinds

func partOf(m proto.Message) part { return part{parts.Of(m), m} }

// read reads a part of a transaction. One in its one encoding, as they nearly all are, is read where it stands; another
// is read as leniently as Fabric does, and then from what it encodes to. odd is as in decode.
func (p part) read(raw []byte) (m wire.Message, odd string, err error) {
	if wire.CanonicalWithin(raw, p.kind, maxElements) == nil {
		return raw, "", nil
	}
	into := p.empty.ProtoReflect().New().Interface()
	if odd, err = decode(raw, into); err != nil {
		return nil, "", err
	}
	m, err = proto.MarshalOptions{Deterministic: true}.Marshal(into)
	return m, odd, err
}

// decode reads a protobuf message after walking over its bytes: a few bytes can otherwise stand for gigabytes of empty
// elements. odd names what protobuf would pass over in silence: unknown fields, and single fields given twice.
func decode(raw []byte, into proto.Message) (odd string, err error) {
	w := walk{left: maxElements}
	if err := w.message(into.ProtoReflect().Descriptor(), raw, 0); err != nil {
		return "", err
	}
	if err := (proto.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(raw, into); err != nil {
		return "", fmt.Errorf("not a %s", into.ProtoReflect().Descriptor().Name())
	}
	return w.odd, nil
}

type walk struct {
	left int // elements it may still meet
	odd  string
}

func (w *walk) message(kind protoreflect.MessageDescriptor, raw []byte, depth int) error {
	if depth > maxDepth {
		return errors.New("nested too deeply")
	}
	var seen uint64
	for len(raw) > 0 {
		number, wire, n := protowire.ConsumeTag(raw)
		if n < 0 {
			return fmt.Errorf("not a %s", kind.Name())
		}
		size := protowire.ConsumeFieldValue(number, wire, raw[n:])
		if size < 0 {
			return fmt.Errorf("not a %s", kind.Name())
		}
		if w.left--; w.left < 0 {
			return fmt.Errorf("more than %d elements", maxElements)
		}
		if err := w.field(kind, number, wire, raw[n:n+size], &seen, depth); err != nil {
			return err
		}
		raw = raw[n+size:]
	}
	return nil
}

func (w *walk) field(kind protoreflect.MessageDescriptor, number protowire.Number, wire protowire.Type, value []byte, seen *uint64, depth int) error {
	field := kind.Fields().ByNumber(number)
	if field == nil || !fits(field, wire) {
		w.odd = fmt.Sprintf("%s has an unknown field %d", kind.Name(), number)
		return nil
	}
	if bit := uint64(1) << (number % 64); field.Cardinality() != protoreflect.Repeated && number < 64 {
		if *seen&bit != 0 {
			w.odd = fmt.Sprintf("%s has %s twice", kind.Name(), field.Name())
		}
		*seen |= bit
	}
	if field.Message() == nil || wire != protowire.BytesType {
		return nil
	}
	content, n := protowire.ConsumeBytes(value)
	if n < 0 {
		return fmt.Errorf("not a %s", kind.Name())
	}
	return w.message(field.Message(), content, depth+1)
}

// fits reports whether a field of this kind may have this wire type. Fabric uses no fixed-width numbers in what is read
// here; packed lists arrive as bytes.
func fits(field protoreflect.FieldDescriptor, wire protowire.Type) bool {
	switch field.Kind() {
	case protoreflect.MessageKind, protoreflect.BytesKind, protoreflect.StringKind:
		return wire == protowire.BytesType
	default:
		return wire == protowire.VarintType || (field.IsList() && wire == protowire.BytesType)
	}
}

// strict is decode for messages that only Fabric itself writes: oddities are errors.
func strict(raw []byte, into proto.Message) error {
	odd, err := decode(raw, into)
	if err == nil && odd != "" {
		err = errors.New(odd)
	}
	return err
}
