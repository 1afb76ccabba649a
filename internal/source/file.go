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

// Files are those that came with an event. They are read when the first of them is
// looked for, and once.
type Files struct {
	ev   *gonets.Event
	read bool
	// byPart are the files by their numbers in the form.
	byPart map[string]received
}

// received is a file with its description.
type received struct {
	File
	described map[string]any
}

// FilesOf are the files of an event.
func FilesOf(ev *gonets.Event) *Files { return &Files{ev: ev} }

// Find gives the file that a value of the event's body describes. The description
// may have been stored and read again; one of another event, or that somebody wrote
// himself, finds nothing.
func (f *Files) Find(described map[string]any) (File, bool) {
	if !f.read {
		f.read, f.byPart = true, filesOf(f.ev)
	}
	number, _ := described["part"].(json.Number)
	found, ok := f.byPart[string(number)]
	return found.File, ok && maps.Equal(found.described, described)
}

func filesOf(ev *gonets.Event) map[string]received {
	in := FromEvent(ev)
	media, params := mediaType(gonets.HeaderValue(in.Headers, "Content-Type"))
	if _, err := in.Unpack(); err != nil || media != "multipart/form-data" || params["boundary"] == "" {
		return nil
	}
	out := map[string]received{}
	r := multipart.NewReader(bytes.NewReader(in.unpacked.data), params["boundary"])
	for n := 1; ; n++ {
		part, err := r.NextPart()
		if err != nil {
			return out
		}
		if !isFile(part) {
			continue
		}
		data, err := io.ReadAll(part)
		if err != nil {
			return out
		}
		out[strconv.Itoa(n)] = received{
			File{Name: part.FileName(), Type: part.Header.Get("Content-Type"), Data: data}, describeFile(part, n, int64(len(data))),
		}
	}
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

// IsFile tells whether a value describes a file.
func IsFile(v map[string]any) bool {
	for _, member := range [...]string{"name", "filename", "type", "size", "part"} {
		if _, ok := v[member]; !ok {
			return false
		}
	}
	return len(v) == 5
}
