// Package texts is what every error code says to a person: what happened, what
// it means, what to do, in Russian and English.
package texts

import "gonets"

// Text explains a code in one language: what happened, what it means, what to
// do. Each part is one or two whole sentences for a person who does not
// program.
type Text struct{ What, Meaning, Todo string }

// Explanation is a code's text in both languages.
type Explanation struct{ En, Ru Text }

// Explain is the text of a code; ok is false for a code that is not ours.
// Every code of this package has one.
func Explain(c gonets.Code) (e Explanation, ok bool) {
	for _, table := range []map[gonets.Code]Explanation{
		explainCaller, explainPeople, explainDraft, explainMail, explainChannel, explainAttempt, explainQuery,
	} {
		if e, ok = table[c]; ok {
			return e, true
		}
	}
	return Explanation{}, false
}

// Explained is the text of a code; of one that is not ours, that of an internal error.
func Explained(c gonets.Code) Explanation {
	if e, ok := Explain(c); ok {
		return e
	}
	return explainCaller[gonets.CodeInternal]
}
