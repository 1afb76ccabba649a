// Package gonets is the glossary of the server: the words that every other
// package shares. It holds plain types with their limits and meaning, the codes
// of errors with their explanations, and the pure decisions of the state
// machine: [Next] says what a run does now, [Classify] what follows from an
// attempt. It imports the standard library only and does no I/O.
package gonets
