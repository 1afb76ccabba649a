import type { LinkProps } from '@tanstack/react-router'
import type { ReadyPoint } from '@/api'
import type { Key } from '@/i18n'

export interface Way {
  label: Key
  to: NonNullable<LinkProps['to']>
  params?: Record<string, string>
  search?: Record<string, string>
}

/** Where a point is mended, or looked at when it is as it should be. */
export function wayTo(point: ReadyPoint, scenario: string): Way | undefined {
  const editor = (label: Key, search?: Record<string, string>): Way => ({ label, to: '/scenarios/$name', params: { name: scenario }, ...(search ? { search } : {}) })
  const settings = (label: Key, section: string): Way => ({ label, to: '/settings/$section', params: { section } })
  if (point.fact === 'unpublished') return editor('ready.way.editor')
  switch (point.point) {
    case 'address':
    case 'protection':
    case 'sender':
      if (point.fact === 'no_source') return editor('ready.way.newSource', { panel: 'newSource' })
      if (point.fact === 'no_secret') return settings('ready.way.secrets', 'secrets')
      return editor('ready.way.source', { panel: 'source', source: point.source ?? '' })
    case 'errors':
      return editor('ready.way.step', point.step ? { step: point.step } : undefined)
    case 'history':
      if (point.fact === 'none') return editor('ready.way.editor')
      return point.fact === 'low_disk' ? settings('ready.way.storage', 'retention') : { label: 'ready.way.history', to: '/runs', search: { q: `scenario:${scenario}` } }
    case 'checked':
      return point.run_id ? { label: 'ready.way.run', to: '/runs/$id', params: { id: point.run_id } } : editor('ready.way.check')
    case 'watched':
      return settings('ready.way.notices', 'notices')
    case 'documented':
      return editor('ready.way.describe', { tab: 'settings' })
  }
}
