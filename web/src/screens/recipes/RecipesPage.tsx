import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { api, applyDocuments, call, freeName, keys, scenariosQuery, sourcesQuery } from '@/api'
import { useSearch } from '@/app/useSearch'
import { useT, type Key } from '@/i18n'
import { Button, EmptyState, Icon, Muted, Page, Row, Segments, Select, TextField, toastError, useNarrow } from '@/ui'
import { recipes, type Recipe, type RecipeGroup } from './recipes'
import css from './Recipes.module.css'

const groups: Record<RecipeGroup, Key> = { forms: 'recipes.forms', crm: 'recipes.crm', onec: 'recipes.onec', messages: 'recipes.messages', learning: 'recipes.learning' }

export default function RecipesPage() {
  const t = useT()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const [search, setSearch] = useSearch()
  const take = useMutation({
    mutationFn: async (recipe: Recipe) => {
      // Without the names that are there the recipe could write over another scenario.
      const [scenarios, sources] = await Promise.all([queries.fetchQuery(scenariosQuery), queries.fetchQuery(sourcesQuery)])
      const name = freeName(recipe.id, [...scenarios.items, ...sources.items].map((one) => one.name))
      const documents = recipe.documents(name, t)
      await applyDocuments([documents.source, documents.scenario], { draft: true })
      // Sample data inside: the event is held, since a draft does not run.
      await call(api.POST('/api/v1/sources/{name}/events', { params: { path: { name } }, body: { body: recipe.sample(t) } })).catch(() => undefined)
      return name
    },
    onSuccess: (name) => {
      void queries.invalidateQueries({ queryKey: keys.scenarios })
      void queries.invalidateQueries({ queryKey: keys.sources })
      void navigate({ to: '/scenarios/$name', params: { name } })
    },
    onError: (error) => toastError(error, t),
  })
  const wanted = (search.q ?? '').trim().toLocaleLowerCase()
  const group = search.group ?? ''
  // Side by side they are wider than a telephone.
  const Choose = useNarrow() ? Select : Segments
  const shown = recipes.filter((one) => (!group || one.groups.includes(group as RecipeGroup)) && (!wanted || `${t(one.title)} ${t(one.text)}`.toLocaleLowerCase().includes(wanted)))
  return (
    <Page
      title={t('recipes.title')}
      back={
        <Link to="/scenarios" className={css.back}>
          <Icon name="back" size={16} /> {t('nav.scenarios')}
        </Link>
      }
    >
      <Row gap={8}>
        <TextField ariaLabel={t('recipes.find')} placeholder={t('recipes.find')} icon="search" value={search.q ?? ''} onChange={(q) => setSearch({ q }, { replace: true })} className={css.search} />
        <Choose ariaLabel={t('recipes.group')} value={group} onChange={(next) => setSearch({ group: next })} options={[{ value: '', label: t('recipes.all') }, ...(Object.keys(groups) as RecipeGroup[]).map((value) => ({ value: value as string, label: t(groups[value]) }))]} />
      </Row>
      {shown.length === 0 ? (
        <EmptyState icon="search" title={t('list.noMatch')} actions={<Button onClick={() => setSearch({ q: undefined, group: undefined })}>{t('list.reset')}</Button>} />
      ) : (
        <ul className={css.cards}>
          {shown.map((one) => (
            <li key={one.id} className={css.card}>
              <h2>{t(one.title)}</h2>
              <p>{t(one.text)}</p>
              <Muted small>{t(one.needs)}</Muted>
              <Row>
                <Button onClick={() => take.mutate(one)} loading={take.isPending && take.variables.id === one.id} label={`${t('take')}: ${t(one.title)}`}>
                  {t('take')}
                </Button>
              </Row>
            </li>
          ))}
        </ul>
      )}
    </Page>
  )
}
