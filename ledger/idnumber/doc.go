// Package idnumber reads citizen identification numbers of GB 11643-1999 (公民身份号码): 18 characters, of which six are
// an area code, eight the birth date, three a sequence whose parity is the sex, and one an ISO 7064 MOD 11-2 check.
//
// A Number never prints itself: every way of formatting or logging one gives the masked form, and no refusal contains
// any part of the text that was refused. Only Reveal and Tag use the full text.
package idnumber
