package cli

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"gonets"
	"gonets/api"
	"gonets/internal/client"
)

const passwordHelp = "The password is read from --password-file, or typed unseen; never from the command line,\n" +
	"where other people of the machine could see it. It has 10 characters or more."

func (a *app) userCommand() *cobra.Command {
	return a.remote(group("user", "Make the owner, replace a forgotten password", a.userCreate(), a.userPassword(), a.userList()))
}

func (a *app) userCreate() *cobra.Command {
	var owner bool
	var file string
	u := api.NewUser{Role: gonets.RoleOwner}
	c := &cobra.Command{
		Use: "create --owner --login LOGIN", Short: "Make the owner without a browser", Args: cobra.NoArgs,
		Long: "Make the owner, who logs in to the web interface. There is one, and this takes the place of the\n" +
			"set-up page and its code. Done again with the same login it changes nothing. The server has to be running: like every verb this one talks to it and\n" +
			"proves itself with the owner's token of the data folder. (A server that is started with\n" +
			"GONETS_OWNER_LOGIN and GONETS_OWNER_PASSWORD makes the owner by itself.)\n" + passwordHelp,
		RunE: a.withClient(func(c *cobra.Command, server *client.Client, _ []string) error {
			if !owner {
				return usagef("say --owner: the owner is the only user that can be made")
			}
			if u.Login == "" {
				return usagef("give the owner's e-mail address or name with --login")
			}
			var err error
			if u.Password, err = a.newPassword(file); err != nil {
				return err
			}
			made, err := server.CreateUser(c.Context(), u)
			if gonets.CodeOf(err) == gonets.CodeSetupDone {
				// Who sets a server up by a script runs it again.
				users, unknown := server.Users(c.Context())
				if there, other := pickUser(users.Items, u.Login); unknown == nil && other == nil {
					a.printf("The owner %s is there already; nothing was changed, nor was the password.\n", safeLine(there.Login))
					return nil
				}
			}
			if err != nil {
				return err
			}
			a.printf("The owner %s is made. Log in at %s/\n", safeLine(made.Login), server.URL())
			return nil
		}),
	}
	f := c.Flags()
	f.BoolVar(&owner, "owner", false, "make the owner")
	f.StringVar(&u.Login, "login", "", "an e-mail address, which then gets the notices, or a name")
	f.StringVar(&u.Email, "email", "", "where notices go, when the login is a name")
	f.StringVar(&u.Language, "language", "", "the language of the interface: ru or en (default: the browser's)")
	f.StringVar(&file, "password-file", "", "file with the password; - is the standard input")
	return c
}

func (a *app) userPassword() *cobra.Command {
	var login, file string
	c := &cobra.Command{
		Use: "password [--login LOGIN]", Short: "Replace a forgotten password and log the user out everywhere", Args: cobra.NoArgs,
		Long: "Give a user a new password without the old one, and end all his sessions. The server has to be running.\n" + passwordHelp,
		RunE: a.withClient(func(c *cobra.Command, server *client.Client, _ []string) error {
			users, err := server.Users(c.Context())
			if err != nil {
				return err
			}
			u, err := pickUser(users.Items, login)
			if err != nil {
				return err
			}
			password, err := a.newPassword(file)
			if err != nil {
				return err
			}
			if err := server.SetPassword(c.Context(), u.ID, password); err != nil {
				return err
			}
			a.printf("%s has a new password and is logged out everywhere.\n", safeLine(u.Login))
			return nil
		}),
	}
	c.Flags().StringVar(&login, "login", "", "whose password (default: the only user's)")
	c.Flags().StringVar(&file, "password-file", "", "file with the password; - is the standard input")
	return c
}

func pickUser(users []api.UserInfo, login string) (api.UserInfo, error) {
	for _, u := range users {
		if gonets.LoginKey(u.Login) == gonets.LoginKey(login) || login == "" && len(users) == 1 {
			return u, nil
		}
	}
	switch {
	case len(users) == 0:
		return api.UserInfo{}, gonets.Errorf(gonets.CodeNotFound, "there is no user yet; make the owner: gonets user create --owner --login LOGIN")
	case login == "":
		return api.UserInfo{}, usagef("say whose password with --login")
	}
	return api.UserInfo{}, gonets.Errorf(gonets.CodeNotFound, "there is no user %q; see: gonets user list", login)
}

func (a *app) userList() *cobra.Command {
	return a.printing(&cobra.Command{
		Use: "list", Short: "List who may log in", Args: cobra.NoArgs,
		RunE: a.withClient(func(c *cobra.Command, server *client.Client, _ []string) error {
			l, err := server.Users(c.Context())
			if err != nil {
				return err
			}
			return a.print(l, func() {
				var rows [][]cell
				for _, u := range l.Items {
					rows = append(rows, []cell{text(u.Login), text(string(u.Role)), text(cmp.Or(u.Email, "-")), text(a.ago(u.CreatedAt))})
				}
				a.table("LOGIN ROLE E-MAIL MADE", rows)
			})
		}),
	})
}

// newPassword reads a password from a file, or twice from the keyboard.
func (a *app) newPassword(file string) (string, error) {
	if file == "" {
		if a.ReadPassword == nil {
			return "", usagef("give the password with --password-file FILE; - is the standard input")
		}
		return a.typedPassword()
	}
	data, err := a.readFile(file)
	if err != nil {
		return "", err
	}
	return strings.TrimSuffix(strings.TrimSuffix(string(data), "\n"), "\r"), nil
}

// typedPassword asks twice: a slip that nobody saw would lock its maker out.
func (a *app) typedPassword() (string, error) {
	var typed [2]string
	for i, prompt := range []string{"Password: ", "Once more: "} {
		fmt.Fprint(a.Stderr, prompt)
		line, err := a.ReadPassword()
		fmt.Fprintln(a.Stderr)
		if err != nil {
			return "", fmt.Errorf("read the password: %w", err)
		}
		typed[i] = line
	}
	if typed[0] != typed[1] {
		return "", usagef("the two passwords differ; nothing was changed")
	}
	return typed[0], nil
}
