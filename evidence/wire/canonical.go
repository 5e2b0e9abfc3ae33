package wire

import (
	"errors"
	"fmt"
	"math"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// maxDepth bounds nesting; the deepest that Fabric writes has 17 levels, nested bytes included.
const maxDepth = 40

// Canonical reports why bytes are not the one encoding of a message: known fields only, in rising order, none that has
// its default value, shortest form of every number and length, lists of numbers packed. It looks into the bytes that hold
// messages too, as far as the kind says which. It is what comparing with the re-encoded message would find, at a fraction
// of the cost, and without depending on the order in which Go's library writes maps, which is random: Fabric's
// configurations have them.
func Canonical(raw []byte, kind *Kind) error { return CanonicalWithin(raw, kind, math.MaxInt) }

// CanonicalWithin is Canonical for messages that may have so many fields, those of messages inside counted.
func CanonicalWithin(raw []byte, kind *Kind, most int) error {
	w := walk{left: most}
	return w.message(raw, kind, 0)
}

type walk struct {
	left int // fields it may still meet
}

func (w *walk) message(raw []byte, kind *Kind, depth int) error {
	if depth > maxDepth {
		return errors.New("nested too deeply")
	}
	var last protowire.Number
	var union protoreflect.OneofDescriptor
	var keys map[protowire.Number]map[string]bool
	for len(raw) > 0 {
		number, wire, n := protowire.ConsumeTag(raw)
		if n < 0 || n != protowire.SizeTag(number) {
			return fmt.Errorf("%s has a tag that is not canonical", kind.name)
		}
		if w.left--; w.left < 0 {
			return fmt.Errorf("%s has too many fields", kind.name)
		}
		field := kind.field(number)
		if field == nil || number < last || (number == last && !field.repeated) {
			return fmt.Errorf("%s has field %d unknown, repeated or out of order", kind.name, number)
		}
		if field.union != nil {
			if field.union == union {
				return fmt.Errorf("%s has two of %s", kind.name, union.Name())
			}
			union = field.union
		}
		size, err := w.field(raw[n:], wire, field, depth)
		if err != nil {
			return err
		}
		if field.isMap {
			if keys == nil {
				keys = map[protowire.Number]map[string]bool{}
			}
			if !firstOfKey(keys, number, raw[n:n+size]) {
				return fmt.Errorf("%s has a key of %s twice", kind.name, field.descriptor.Name())
			}
		}
		last, raw = number, raw[n+size:]
	}
	return nil
}

// firstOfKey reports whether an entry of a map begins with a key not seen before.
func firstOfKey(keys map[protowire.Number]map[string]bool, number protowire.Number, entry []byte) bool {
	content, _ := protowire.ConsumeBytes(entry)
	_, _, n := protowire.ConsumeTag(content)
	if n < 0 {
		return false
	}
	key, n := protowire.ConsumeBytes(content[n:])
	if n < 0 || keys[number][string(key)] {
		return false
	}
	if keys[number] == nil {
		keys[number] = map[string]bool{}
	}
	keys[number][string(key)] = true
	return true
}

// field checks one value and returns its size.
func (w *walk) field(raw []byte, wire protowire.Type, field *field, depth int) (int, error) {
	if field.isNumber && !field.isList {
		value, n := protowire.ConsumeVarint(raw)
		if wire != protowire.VarintType || n < 0 || n != protowire.SizeVarint(value) || !inRange(field.kind, value) || (value == 0 && !field.canBeDefault) {
			return 0, notCanonical(field)
		}
		return n, nil
	}
	content, n := protowire.ConsumeBytes(raw)
	if wire != protowire.BytesType || n < 0 || n != protowire.SizeBytes(len(content)) {
		return 0, notCanonical(field)
	}
	switch {
	case field.isNumber:
		return n, packed(content, field)
	case field.kind == protoreflect.MessageKind:
		return n, w.message(content, field.holds, depth+1)
	case len(content) == 0 && !field.canBeDefault, field.kind == protoreflect.StringKind && !utf8.Valid(content):
		return 0, notCanonical(field)
	case field.holds != nil:
		return n, w.message(content, field.holds, depth+1)
	}
	return n, nil
}

func notCanonical(field *field) error {
	return fmt.Errorf("%s is not canonical", field.descriptor.FullName())
}

func inRange(kind protoreflect.Kind, value uint64) bool {
	switch kind {
	case protoreflect.BoolKind:
		return value <= 1
	case protoreflect.Uint32Kind:
		return value <= math.MaxUint32
	case protoreflect.Int32Kind, protoreflect.EnumKind:
		return uint64(int64(int32(value))) == value
	case protoreflect.Uint64Kind, protoreflect.Int64Kind:
		return true
	}
	return false // Fabric's messages have no numbers of other kinds
}

func packed(content []byte, field *field) error {
	for len(content) > 0 {
		value, n := protowire.ConsumeVarint(content)
		if n < 0 || n != protowire.SizeVarint(value) || !inRange(field.kind, value) {
			return notCanonical(field)
		}
		content = content[n:]
	}
	return nil
}
