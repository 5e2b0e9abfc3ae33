package bench

import "errors"

// errEnough ends a load when it has done what it had to.
var errEnough = errors.New("enough")

func ignoreEnough(err error) error {
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}
