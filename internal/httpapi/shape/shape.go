// Package shape shows what the server knows in the shapes of the API: runs,
// events, documents, checks and notices, with the texts that explain them. It
// reads nothing and changes nothing.
package shape
