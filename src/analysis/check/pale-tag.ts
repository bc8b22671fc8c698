import { sentence } from '../../errors.ts'
import { checkTagColors } from '../../model/contrast.ts'
import type { Check } from '../finding.ts'

/** Tags whose text is hard to read on their background. */
export const paleTags: Check = ({ json }) =>
  checkTagColors(json.tags ?? []).map((refusal) => ({
    code: refusal.code,
    path: refusal.path ?? '',
    sentence: `${sentence(refusal)}; choose a darker or lighter one`,
  }))
