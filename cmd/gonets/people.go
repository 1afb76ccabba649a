package main

import (
	"context"
	"errors"
	"os"

	"golang.org/x/term"

	"gonets"
	"gonets/internal/account"
	"gonets/internal/webui"
	"gonets/web"
)

// noInterface is what a browser gets from a build without the interface.
const noInterface = "Gonets is running. This build has no web interface; the API is described at /api/docs.\n" +
	"The owner is made with: gonets user create --owner --login LOGIN\n"

// userInterface is the interface that was built into this program; nil for
// none.
func userInterface() (*webui.Handler, error) {
	files := web.Files()
	if files == nil {
		return nil, nil
	}
	return webui.New(files)
}

// actorConfig is who makes the owner whom the configuration names.
const actorConfig = "configuration"

// firstOwner makes the owner whom the configuration names, when there is none.
// The same configuration does nothing at later starts, whatever became of him.
func (s *server) firstOwner(ctx context.Context) error {
	if s.cfg.OwnerLogin == "" {
		return nil
	}
	needed, err := s.people.SetupNeeded(ctx)
	if err != nil || !needed {
		return err
	}
	_, err = s.people.CreateOwner(ctx, account.NewUser{Login: s.cfg.OwnerLogin, Password: s.cfg.OwnerPassword.Reveal()}, actorConfig)
	if gonets.CodeOf(err) == gonets.CodeSetupDone {
		return nil // another server of the database was quicker
	}
	var e *gonets.Error
	if errors.As(err, &e) && e.Code == gonets.CodeInvalid {
		return gonets.Errorf(gonets.CodeInvalid,
			"the owner cannot be made of GONETS_OWNER_LOGIN and GONETS_OWNER_PASSWORD (or GONETS_OWNER_PASSWORD_FILE): %w", err)
	}
	return err
}

// link is what a person opens first: the set-up as long as there is no owner.
// The code stands behind #, which browsers send to nobody.
func (s *server) link(ctx context.Context, base string) (string, error) {
	needed, err := s.people.SetupNeeded(ctx)
	if err != nil || !needed {
		return base + "/", err
	}
	return base + "/setup#code=" + s.people.SetupCode(), nil
}

// readPassword reads a line that the keyboard's echo does not show; nil when
// the stream is no keyboard.
func readPassword(stream any) func() (string, error) {
	f, ok := stream.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return nil
	}
	return func() (string, error) {
		line, err := term.ReadPassword(int(f.Fd()))
		return string(line), err
	}
}
