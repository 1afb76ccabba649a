import { ActionIcon, Button as MantineButton, Tooltip } from '@mantine/core'
import type { LinkProps } from '@tanstack/react-router'
import { forwardRef, type MouseEventHandler, type ReactNode, type Ref } from 'react'
import { AnyLink } from './AnyLink'
import { Icon, type IconName } from './icons'
import css from './Button.module.css'

export interface ButtonProps {
  children: ReactNode
  /** main: one on a screen, filled; soft, quiet: without a border; danger: what cannot be taken back. */
  kind?: 'main' | 'default' | 'soft' | 'quiet' | 'danger'
  size?: 'small' | 'medium'
  icon?: IconName
  iconRight?: IconName
  onClick?: MouseEventHandler<HTMLElement>
  /** A page of ours; the button is then a link. */
  to?: LinkProps['to']
  params?: Record<string, string>
  search?: Record<string, unknown>
  /** An address elsewhere. */
  href?: string
  download?: string
  type?: 'button' | 'submit'
  loading?: boolean
  disabled?: boolean
  fullWidth?: boolean
  /** The accessible name, when the visible words alone would not tell two buttons apart. */
  label?: string
  title?: string
  className?: string
  pressed?: boolean
  expanded?: boolean
  autoFocus?: boolean
}

const variants = { main: 'filled', default: 'default', soft: 'light', quiet: 'subtle', danger: 'filled' } as const

export const Button = forwardRef<HTMLElement, ButtonProps>(function Button(
  { children, kind = 'default', size = 'medium', icon, iconRight, to, params, search, href, download, label, type = 'button', pressed, expanded, ...rest },
  ref,
) {
  const common = {
    variant: variants[kind],
    color: kind === 'danger' ? 'danger' : undefined,
    size: size === 'small' ? 'compact-sm' : 'sm',
    leftSection: icon && <Icon name={icon} size={size === 'small' ? 16 : 18} />,
    rightSection: iconRight && <Icon name={iconRight} size={16} />,
    'aria-label': label,
    'aria-pressed': pressed,
    'aria-expanded': expanded,
    classNames: { root: css.button, label: css.label },
    ...rest,
  }
  if (to)
    return (
      <MantineButton {...common} component={AnyLink} to={to} params={params} search={search} ref={ref as Ref<HTMLAnchorElement>}>
        {children}
      </MantineButton>
    )
  if (href)
    return (
      <MantineButton {...common} component="a" href={href} download={download} ref={ref as Ref<HTMLAnchorElement>}>
        {children}
      </MantineButton>
    )
  return (
    <MantineButton {...common} type={type} ref={ref as Ref<HTMLButtonElement>}>
      {children}
    </MantineButton>
  )
})

export interface IconButtonProps {
  icon: IconName
  /** Its accessible name and its tip. */
  label: string
  onClick?: MouseEventHandler<HTMLButtonElement>
  size?: 'small' | 'medium'
  kind?: 'quiet' | 'default' | 'danger'
  disabled?: boolean
  loading?: boolean
  pressed?: boolean
  expanded?: boolean
  className?: string
  tip?: boolean
}

export const IconButton = forwardRef<HTMLButtonElement, IconButtonProps>(function IconButton(
  { icon, label, size = 'medium', kind = 'quiet', pressed, expanded, tip = true, ...rest },
  ref,
) {
  const button = (
    <ActionIcon
      ref={ref}
      variant={kind === 'default' ? 'default' : 'subtle'}
      // A quiet one has no box of its own, and so none when it is disabled.
      data-quiet={kind === 'quiet' || undefined}
      color={kind === 'danger' ? 'danger' : undefined}
      size={size === 'small' ? 28 : 36}
      aria-label={label}
      aria-pressed={pressed}
      aria-expanded={expanded}
      classNames={{ root: css.icon }}
      {...rest}
    >
      <Icon name={icon} size={size === 'small' ? 16 : 18} />
    </ActionIcon>
  )
  return tip ? (
    <Tooltip label={label} openDelay={400} withinPortal events={{ hover: true, focus: true, touch: false }}>
      {button}
    </Tooltip>
  ) : (
    button
  )
})
