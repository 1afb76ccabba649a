/** The texts of the editor and of the pages that show its parts; they come with the first of these. */
import { addTexts } from '@/i18n'
import en from '@/i18n/editor.en.json'
import ru from '@/i18n/editor.ru.json'

addTexts({ ru, en })
