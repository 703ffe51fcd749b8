#!/usr/bin/env node
/**
 * Cases for `nisv conform walk`, of QEMU.
 *
 *   node scripts/qemu/walk.mjs [--seed S] [--n N translations (20000)] [--out FILE]
 */
import { readOptions, writeFile } from './cli.mjs'
import { walkCases } from './walk/cases.mjs'

const { out, ...options } = readOptions(20_000)
writeFile(out, walkCases(options))
