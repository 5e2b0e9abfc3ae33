package wire

import (
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// Kinds makes kinds of messages. It is not safe for concurrent use; what it made is.
type Kinds struct {
	// Inside says which message a field of bytes holds. Bytes that are not named here may be anything.
	Inside map[protoreflect.FullName]proto.Message
	known  map[protoreflect.FullName]*Kind
}

// Kind is what there is to know of a kind of message. Descriptors say the same, much slower.
type Kind struct {
	name   protoreflect.Name
	fields []*field // by number; nil where there is none
}

type field struct {
	descriptor   protoreflect.FieldDescriptor
	kind         protoreflect.Kind
	isNumber     bool
	isList       bool
	isMap        bool
	repeated     bool                         // a list or a map
	canBeDefault bool                         // written although it has its default value
	union        protoreflect.OneofDescriptor // it belongs to, or nil
	holds        *Kind                        // as a message, or as bytes that are one
}

// Of is the kind of a message.
func (k *Kinds) Of(m proto.Message) *Kind { return k.read(m.ProtoReflect().Descriptor()) }

func (k *Kinds) read(d protoreflect.MessageDescriptor) *Kind {
	if known := k.known[d.FullName()]; known != nil {
		return known
	}
	if k.known == nil {
		k.known = map[protoreflect.FullName]*Kind{}
	}
	made := &Kind{name: d.Name()}
	k.known[d.FullName()] = made
	for i := range d.Fields().Len() {
		f := d.Fields().Get(i)
		for len(made.fields) <= int(f.Number()) {
			made.fields = append(made.fields, nil)
		}
		made.fields[f.Number()] = k.readField(f, d.IsMapEntry())
	}
	return made
}

// readField reads a field; entry says that it is one of an entry of a map, where default values are always written.
func (k *Kinds) readField(f protoreflect.FieldDescriptor, entry bool) *field {
	made := &field{descriptor: f, kind: f.Kind(), isList: f.IsList(), isMap: f.IsMap(), union: f.ContainingOneof(),
		repeated: f.Cardinality() == protoreflect.Repeated, canBeDefault: entry || f.HasPresence() || f.IsList()}
	switch made.kind {
	case protoreflect.MessageKind:
		made.holds = k.read(f.Message())
	case protoreflect.BytesKind:
		if m := k.Inside[f.FullName()]; m != nil {
			made.holds = k.Of(m)
		}
	case protoreflect.StringKind:
	default:
		made.isNumber = true
	}
	return made
}

func (k *Kind) field(number protowire.Number) *field {
	if number < 0 || int(number) >= len(k.fields) {
		return nil
	}
	return k.fields[number]
}
