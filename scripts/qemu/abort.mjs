#!/usr/bin/env node
/**
 * Cases for `nisv conform abort`, of QEMU.
 *
 *   node scripts/qemu/abort.mjs [--seed S] [--n N (5000)] [--out FILE] [--dist DIR]
 */
import { abortCases } from './abort/cases.mjs'
import { loadDecoder, readOptions, writeFile } from './cli.mjs'

const { dist, out, ...options } = readOptions(5000)
writeFile(out, abortCases(await loadDecoder(dist), options))
