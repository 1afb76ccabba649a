import { Drawer as MantineDrawer, Menu as MantineMenu, Modal, Popover as MantinePopover, Tooltip } from '@mantine/core'
import type { LinkProps } from '@tanstack/react-router'
import { cloneElement, useLayoutEffect, useRef, useState, type ReactElement, type ReactNode } from 'react'
import { useT } from '@/i18n'
import { AnyLink } from './AnyLink'
import { Button } from './Button'
import { Icon, type IconName } from './icons'
import css from './overlays.module.css'

export interface DialogProps {
  open: boolean
  onClose: () => void
  title: ReactNode
  children: ReactNode
  /** The buttons, at the lower right; the main one last. */
  actions?: ReactNode
  size?: 'small' | 'medium' | 'large' | 'full'
  /** False where only its buttons end it: no cross, no Esc. */
  closable?: boolean
  /** It hangs from the top: one whose height changes while a person types keeps its field in place. */
  hanging?: boolean
}

const widths = { small: 440, medium: 600, large: 880, full: '100%' }

/** Holds the focus while it is open and gives it back. Esc and the cross close it. */
export function Dialog({ open, onClose, title, children, actions, size = 'medium', closable = true, hanging = false }: DialogProps) {
  const t = useT()
  return (
    <Modal
      opened={open}
      onClose={onClose}
      title={title}
      size={widths[size]}
      fullScreen={size === 'full'}
      withCloseButton={closable}
      closeOnEscape={closable}
      closeOnClickOutside={closable}
      centered={!hanging}
      transitionProps={{ duration: 120, transition: 'fade' }}
      closeButtonProps={{ 'aria-label': t('ui.close') }}
      classNames={{ content: css.dialog, title: css.dialogTitle, header: css.dialogHead, body: css.dialogBody }}
    >
      {children}
      {actions && <div className={css.actions}>{actions}</div>}
    </Modal>
  )
}

export interface ConfirmProps {
  open: boolean
  onClose: () => void
  onConfirm: () => void
  title: ReactNode
  children?: ReactNode
  confirm: string
  /** The word of the button that does nothing, where «Cancel» is what is asked about. */
  dismiss?: string
  danger?: boolean
  busy?: boolean
}

/** Only where the outside world is touched or nothing can be taken back; else do it and offer to undo. */
export function Confirm({ open, onClose, onConfirm, title, children, confirm, dismiss, danger, busy }: ConfirmProps) {
  const t = useT()
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={title}
      size="small"
      actions={
        <>
          <Button onClick={onClose}>{dismiss ?? t('ui.cancel')}</Button>
          <Button kind={danger ? 'danger' : 'main'} onClick={onConfirm} loading={busy}>
            {confirm}
          </Button>
        </>
      }
    >
      {children}
    </Dialog>
  )
}

export interface DrawerProps {
  open: boolean
  onClose: () => void
  title: ReactNode
  children: ReactNode
  side?: 'left' | 'right' | 'bottom'
  size?: number | string
  padded?: boolean
}

export function Drawer({ open, onClose, title, children, side = 'right', size = 480, padded = true }: DrawerProps) {
  const t = useT()
  return (
    <MantineDrawer
      opened={open}
      onClose={onClose}
      title={title}
      position={side}
      size={size}
      padding={padded ? 'md' : 0}
      transitionProps={{ duration: 120 }}
      closeButtonProps={{ 'aria-label': t('ui.close') }}
      classNames={{ content: css.drawer, title: css.dialogTitle, header: css.dialogHead }}
    >
      {children}
    </MantineDrawer>
  )
}

export interface MenuItem {
  label: ReactNode
  icon?: IconName
  onClick?: () => void
  to?: LinkProps['to']
  params?: Record<string, string>
  search?: Record<string, unknown>
  href?: string
  download?: string
  danger?: boolean
  disabled?: boolean
  /** Grey words at the right end: a key, a note. */
  hint?: ReactNode
  checked?: boolean
}

export interface MenuProps {
  /** What opens it; it is given the properties it needs. */
  children: ReactElement
  items: (MenuItem | 'line' | { heading: string } | false | undefined)[]
  align?: 'start' | 'end'
  width?: number
}

export function Menu({ children, items, align = 'end', width }: MenuProps) {
  return (
    // The library's own place for the first focus is no item, and a menu holds only items: its first one has the focus.
    <MantineMenu withInitialFocusPlaceholder={false} position={align === 'end' ? 'bottom-end' : 'bottom-start'} withinPortal width={width} transitionProps={{ duration: 80 }} classNames={{ dropdown: css.menu, item: css.item, label: css.heading }}>
      <MantineMenu.Target>{children}</MantineMenu.Target>
      <MantineMenu.Dropdown>
        {items.map((item, index) => {
          if (!item) return null
          if (item === 'line') return <MantineMenu.Divider key={index} role="separator" />
          if ('heading' in item) return <MantineMenu.Label key={index}>{item.heading}</MantineMenu.Label>
          const common = {
            leftSection: item.checked ? <Icon name="check" size={16} /> : item.icon && <Icon name={item.icon} size={16} />,
            rightSection: item.hint && <span className={css.hint}>{item.hint}</span>,
            disabled: item.disabled,
            'data-danger': item.danger || undefined,
          }
          if (item.to)
            return (
              <MantineMenu.Item key={index} {...common} component={AnyLink} to={item.to} params={item.params} search={item.search}>
                {item.label}
              </MantineMenu.Item>
            )
          if (item.href)
            return (
              <MantineMenu.Item key={index} {...common} component="a" href={item.href} download={item.download}>
                {item.label}
              </MantineMenu.Item>
            )
          return (
            <MantineMenu.Item key={index} {...common} onClick={item.onClick}>
              {item.label}
            </MantineMenu.Item>
          )
        })}
      </MantineMenu.Dropdown>
    </MantineMenu>
  )
}

export interface PopoverProps {
  /** The button; it is given what it needs to open. */
  children: ReactElement
  content: ReactNode | ((close: () => void) => ReactNode)
  width?: number | 'target'
  align?: 'start' | 'end'
}

export function Popover({ children, content, width = 300, align = 'start' }: PopoverProps) {
  const [open, setOpen] = useState(false)
  const close = () => setOpen(false)
  return (
    <MantinePopover opened={open} onChange={setOpen} width={width} position={align === 'end' ? 'bottom-end' : 'bottom-start'} trapFocus returnFocus withinPortal shadow="md" transitionProps={{ duration: 80 }}>
      <MantinePopover.Target>
        {cloneElement(children as ReactElement<{ onClick?: () => void }>, { onClick: () => setOpen((now) => !now) })}
      </MantinePopover.Target>
      <MantinePopover.Dropdown className={css.menu}>{typeof content === 'function' ? content(close) : content}</MantinePopover.Dropdown>
    </MantinePopover>
  )
}

/** What a right-click opens: a popover at a point of the window. */
export function PopoverAt({ at, label, onClose, children, width = 300 }: { at: { x: number; y: number }; label: string; onClose: () => void; children: ReactNode; width?: number }) {
  const dropdown = useRef<HTMLDivElement>(null)
  // The library gives the focus back only where a popover was drawn before it was opened. Whoever pressed elsewhere stays there.
  useLayoutEffect(() => {
    const before = document.activeElement
    return () => {
      if (before instanceof HTMLElement && dropdown.current?.contains(document.activeElement)) before.focus({ preventScroll: true })
    }
  }, [])
  return (
    <MantinePopover opened onChange={(open) => open || onClose()} width={width} position="bottom-start" withRoles={false} trapFocus withinPortal shadow="md" transitionProps={{ duration: 80 }}>
      <MantinePopover.Target>
        <span style={{ position: 'fixed', left: at.x, top: at.y }} />
      </MantinePopover.Target>
      <MantinePopover.Dropdown ref={dropdown} className={css.menu} role="dialog" aria-label={label}>
        {children}
      </MantinePopover.Dropdown>
    </MantinePopover>
  )
}

/** A few words on hover and focus. What is needed to act must not hide in one. */
export function Tip({ label, children }: { label: ReactNode; children: ReactElement }) {
  return (
    <Tooltip label={label} openDelay={300} multiline maw={420} withinPortal events={{ hover: true, focus: true, touch: true }} classNames={{ tooltip: css.tip }}>
      {children}
    </Tooltip>
  )
}
