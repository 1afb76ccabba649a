import { Page } from '@/ui'

export default function RecipesPage() {
  return <Page title="RecipesPage">{null}</Page>
}
