import { FeatureError, FeatureSet } from '../decode/index.ts'
import { UsageError } from './command.ts'

/**
 * The argument of `--features`.
 *
 * @throws UsageError with what {@link FeatureError} says.
 */
export function parseFeatures(list: string): FeatureSet {
  try {
    return FeatureSet.parse(list)
  } catch (error) {
    if (error instanceof FeatureError) throw new UsageError(`--features: ${error.message}`)
    throw error
  }
}
