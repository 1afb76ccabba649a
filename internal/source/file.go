package source

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"mime/multipart"
	"strconv"

	"gonets"
)

// File is a file that came with an event.
type File struct {
	Name string
	// Type is as the sender wrote it; empty when it did not.
	Type string
	Data []byte
}

// FileOf finds the file that a value of the event's body describes. The description
// may have been stored and read again; one of another event, or that somebody wrote
// himself, finds nothing.
func FileOf(ev *gonets.Event, described map[string]any) (File, bool) {
	number, _ := described["part"].(json.Number)
	want, err := strconv.Atoi(string(number))
	if err != nil {
		return File{}, false
	}
	in := FromEvent(ev)
	media, params := mediaType(gonets.HeaderValue(in.Headers, "Content-Type"))
	if _, err := in.Unpack(); err != nil || media != "multipart/form-data" || params["boundary"] == "" {
		return File{}, false
	}
	r := multipart.NewReader(bytes.NewReader(in.unpacked.data), params["boundary"])
	for n := 1; n <= want; n++ {
		part, err := r.NextPart()
		if err != nil {
			return File{}, false
		}
		if n < want {
			continue
		}
		data, err := io.ReadAll(part)
		if err != nil || !isFile(part) || !maps.Equal(describeFile(part, n, int64(len(data))), described) {
			return File{}, false
		}
		return File{Name: part.FileName(), Type: part.Header.Get("Content-Type"), Data: data}, true
	}
	return File{}, false
}

func isFile(part *multipart.Part) bool {
	_, params := mediaType(part.Header.Get("Content-Disposition"))
	return params["filename"] != "" || part.FileName() != ""
}

// describeFile is what templates see of a file.
func describeFile(part *multipart.Part, n int, size int64) map[string]any {
	media, _ := mediaType(part.Header.Get("Content-Type"))
	return map[string]any{
		"name": validText(part.FormName()), "filename": validText(part.FileName()), "type": media,
		"size": json.Number(strconv.FormatInt(size, 10)), "part": json.Number(strconv.Itoa(n)),
	}
}
