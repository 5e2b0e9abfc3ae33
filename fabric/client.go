package fabric

import (
	"context"
	"errors"
	"time"

	"github.com/imi-ledger/imi/ledger"
)

// Client acts as one organisation on one channel. It is safe for concurrent use, which is also how a load is made: many
// goroutines each calling Submit.
type Client struct {
	profile Profile
	options Options
	signer  *signer
	peers   []*peer // the own organisation's first
}

// Dial reads the files a profile names and connects to its peers by mutual TLS. It waits for the own peer, unless
// options say not to; the others are connected when first needed.
func Dial(ctx context.Context, profile Profile, options Options) (*Client, error) {
	if err := profile.check(); err != nil {
		return nil, errors.New("profile: " + err.Error())
	}
	options = options.withDefaults()
	now := time.Now()
	signer, err := loadSigner(profile, now)
	if err != nil {
		return nil, err
	}
	client := &Client{profile: profile, options: options, signer: signer}
	for _, description := range profile.Peers {
		peer, err := openPeer(profile, description, signer, now)
		if err != nil {
			client.Close()
			return nil, err
		}
		client.peers = append(client.peers, peer)
	}
	if err := client.awaitOwnPeer(ctx); err != nil {
		client.Close()
		return nil, err
	}
	return client, nil
}

// Close ends all connections. Calls under way fail.
func (c *Client) Close() error {
	var problems []error
	for _, peer := range c.peers {
		problems = append(problems, peer.close())
	}
	return errors.Join(problems...)
}

// Organisation is the MSPID the client signs as.
func (c *Client) Organisation() string { return c.profile.Organisation }

// Channel is the name of the channel the client works on.
func (c *Client) Channel() string { return c.profile.Channel }

func (c *Client) own() *peer { return c.peers[0] }

func (c *Client) awaitOwnPeer(ctx context.Context) error {
	if c.options.Connect < 0 {
		return ctx.Err()
	}
	ctx, cancel := context.WithTimeout(ctx, c.options.Connect)
	defer cancel()
	if c.own().awaitReady(ctx) {
		return nil
	}
	return refuse(ctx.Err(), ledger.Unavailable,
		"the peer of %s does not answer", c.own().organisation)
}

// others returns the first peer of every other organisation in the profile.
func (c *Client) others() []*peer {
	seen := map[string]bool{c.profile.Organisation: true}
	var others []*peer
	for _, peer := range c.peers {
		if !seen[peer.organisation] {
			seen[peer.organisation] = true
			others = append(others, peer)
		}
	}
	return others
}
