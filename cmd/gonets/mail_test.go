package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"gonets/internal/testkit"
)

// cmdMail is mail up | mail N REGEXP: up starts a mail server and puts its port
// into MAIL_PORT; then the N-th letter is waited for, which has to match and to
// be the last one; it is printed.
func cmdMail(ts *testscript.TestScript, neg bool, args []string) {
	s := storyOf(ts)
	if args[0] == "up" {
		var err error
		s.mail, err = testkit.OpenMail(testkit.MailOptions{})
		ts.Check(err)
		ts.Setenv("MAIL_PORT", strconv.Itoa(s.mail.Port))
		return
	}
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	want := regexp.MustCompile(args[1])
	if !await(func() bool { return len(s.mail.Letters()) >= n }) {
		ts.Fatalf("%d letters came, not %d", len(s.mail.Letters()), n)
	}
	got := s.mail.Letters()
	if len(got) != n {
		var subjects []string
		for _, l := range got {
			subjects = append(subjects, l.Subject)
		}
		ts.Fatalf("%d letters came, not %d: %q", len(got), n, subjects)
	}
	text := "Subject: " + got[n-1].Subject + "\n" + strings.ReplaceAll(got[n-1].Text, "\r\n", "\n")
	if want.MatchString(text) == neg {
		ts.Fatalf("%q: %v in\n%s", args[1], !neg, text)
	}
	fmt.Fprint(ts.Stdout(), text)
}
