package inquiry

import (
	"reflect"

	"github.com/imi-ledger/imi/cli/message"
)

// plain makes every text in an answer fit for a terminal. Encoded JSON is left alone: it is no text yet.
func plain(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(message.Plain(v.String()))
	case reflect.Pointer:
		if !v.IsNil() {
			plain(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				plain(v.Field(i))
			}
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return
		}
		for i := range v.Len() {
			plain(v.Index(i))
		}
	}
}
