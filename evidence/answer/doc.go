// Package answer is the form of a gateway's answers, the evidence in them, and its check.
//
// An answer about now carries every record that it was made from, each with its path in the state tree, and a head of that
// tree signed by several organisations. Whoever knows the organisations' head keys makes the whole answer anew from that,
// and refuses one that is not the same to the byte. The check needs no network, and believes nothing the gateway says.
package answer
