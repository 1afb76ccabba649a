import type { ReactNode } from 'react'
import type { Preset, Source } from '@/api'
import { useT, type Key, type Translate } from '@/i18n'
import { Mono } from '@/ui'

const proofs: Record<string, Key> = { token: 'sources.verifyToken', basic: 'sources.verifyBasic', hmac: 'sources.verifyHmac' }

/** How callers prove who they are, in words; empty when they need not. */
function verifyText(source: Source, t: Translate): string {
  const verify = (source.document as { verify?: { kind?: string; header?: string; secret?: string } } | undefined)?.verify
  if (!verify || verify.kind === 'none' || !verify.secret) return ''
  return [t(proofs[verify.kind ?? ''] ?? 'sources.verifyToken'), verify.header].filter(Boolean).join(' · ')
}

/** The facts of how a source receives: what it takes, from whom, in which order, and its answer. Of a damaged one nothing is known. */
export const receives = (source: Source, preset: Preset | undefined, t: Translate): ([ReactNode, ReactNode] | null)[] =>
  source.damaged
    ? []
    : [
        [t('receive.methods'), methodsOf(source, preset).join(', ')],
        [t('sources.verify'), verifyText(source, t) || t('sources.verifyNone')],
        orderOf(source) ? [t('sources.order'), t('sources.orderBy', { path: orderOf(source) })] : null,
        [t('receive.answer'), <Answer key="answer" source={source} preset={preset} />],
      ]

const orderOf = (source: Source): string => (source.document as { order?: string } | undefined)?.order ?? ''
const methodsOf = (source: Source, preset: Preset | undefined): readonly string[] => (source.document as { accept?: { methods?: string[] } } | undefined)?.accept?.methods ?? preset?.methods ?? []

/** What an accepted request is answered with, in a line. */
function Answer({ source, preset }: { source: Source; preset: Preset | undefined }) {
  const t = useT()
  const reply = (source.document as { reply?: { status?: number; text?: string; json?: unknown } } | undefined)?.reply
  const status = reply?.status ?? preset?.reply.status ?? 200
  const text = reply?.text ?? (reply?.json !== undefined ? 'JSON' : preset?.reply.text)
  return (
    <>
      {status} {text ? <Mono>{text}</Mono> : t('receive.answerEmpty')}
    </>
  )
}
