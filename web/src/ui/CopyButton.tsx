import { useEffect, useState } from 'react'
import { useT } from '@/i18n'
import { Button, IconButton } from './Button'

export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    // On a plain http address the clipboard is closed to scripts; the old way still works.
    const area = document.createElement('textarea')
    area.value = text
    area.setAttribute('readonly', '')
    area.className = 'visually-hidden'
    document.body.append(area)
    area.select()
    const done = document.execCommand('copy')
    area.remove()
    return done
  }
}

export interface CopyButtonProps {
  /** What is copied, or how to get it. */
  text: string | (() => string | Promise<string>)
  /** Words beside the icon; without them it is only an icon, and `label` is its name. */
  children?: string
  label?: string
  size?: 'small' | 'medium'
  kind?: 'quiet' | 'default'
  disabled?: boolean | undefined
}

/** Copies and says so in its own place. */
export function CopyButton({ text, children, label, size = 'small', kind = 'quiet', disabled }: CopyButtonProps) {
  const t = useT()
  const [state, setState] = useState<'' | 'done' | 'failed'>('')
  useEffect(() => {
    if (!state) return
    const timer = setTimeout(() => setState(''), 2000)
    return () => clearTimeout(timer)
  }, [state])
  const copy = async () => {
    try {
      setState((await copyText(typeof text === 'function' ? await text() : text)) ? 'done' : 'failed')
    } catch {
      setState('failed')
    }
  }
  const said = state === 'done' ? t('ui.copied') : state === 'failed' ? t('ui.notCopied') : undefined
  return (
    <>
      {children ? (
        <Button icon={state === 'done' ? 'check' : 'copy'} size={size} kind={kind} onClick={copy} disabled={disabled} label={label}>
          {said ?? children}
        </Button>
      ) : (
        <IconButton icon={state === 'done' ? 'check' : 'copy'} size={size} kind={kind} onClick={copy} disabled={disabled} label={said ?? label ?? t('ui.copy')} />
      )}
      <span className="visually-hidden" aria-live="polite">
        {said}
      </span>
    </>
  )
}
