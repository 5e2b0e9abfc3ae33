//go:build integration

package network

import "testing"

// TestImagesAreANetworksOwn: deleting a network on Docker takes no image from another one, whose containers may not exist yet or
// no more, and nothing may be pulled; with the last network the images go.
func TestImagesAreANetworksOwn(t *testing.T) {
	if _, err := BuildFabric(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	programs, networks, built := allPrograms(t), [2]*Network{}, [2]int{}
	for i := range networks {
		n := prepared(t, Docker)
		n.state.Programs = programs
		if err := n.runtime().prepare(t.Context(), func(string) { built[i]++ }); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { n.runtime().purge(t.Context()) })
		networks[i] = n
	}
	if built[1] != 0 {
		t.Errorf("the second network built %d images that the first one has", built[1])
	}
	networks[0].runtime().purge(t.Context())
	for i, there := range []bool{false, true} {
		for kind, image := range networks[i].state.Images {
			if _, err := ask(t.Context(), "image", "inspect", image); (err == nil) != there {
				t.Errorf("network %d, %s: image %s is there: %v", i, kind, image, err == nil)
			}
		}
	}
	networks[1].runtime().purge(t.Context())
	for kind, image := range networks[1].state.Images {
		if _, err := ask(t.Context(), "image", "inspect", image); err == nil {
			t.Errorf("%s: image %s outlives its networks", kind, image)
		}
	}
}
