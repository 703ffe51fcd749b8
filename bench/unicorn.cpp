// Unicorn 2 as the peer of bench/faults.js: one instruction whose access ends in the callbacks of uc_mmio_map.
//
//   unicorn TURNS COUNT WORD...      for each word, X0 at the device, nanoseconds of the fastest turn, three ways
//
// engine   uc_emu_start with count 1, again and again: stage 1 off, the same word, the same registers but X0. No more than
//          the execution of a translated block and the callback.
// until    uc_emu_start with the address of the next instruction, which translates anew.
// fault    what a handler of faults has to do as well: general registers of the stopped vCPU go in and come out, and the
//          word is forgotten (uc_ctl_remove_cache), because the guest may have changed it: Unicorn does not look again.
//
// Stage 1 is off in all three: nisv walks the guest's tables, Unicorn need not. The first of the three would execute an old
// instruction where nisv reads the new one.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <unicorn/unicorn.h>

namespace {

constexpr uint64_t CODE = 0x200000;
constexpr uint64_t DEVICE = 0x9000000;

uint64_t calls = 0;

uint64_t readDevice(uc_engine *, uint64_t, unsigned, void *) {
  calls++;
  return 0;
}

void writeDevice(uc_engine *, uint64_t, unsigned, uint64_t, void *) { calls++; }

void check(uc_err error, const char *what) {
  if (error == UC_ERR_OK)
    return;
  fprintf(stderr, "%s: %s\n", what, uc_strerror(error));
  exit(1);
}

double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/** X0 to X30, SP, PC. */
constexpr int REGISTERS = 33;

struct Bench {
  uc_engine *engine;
  int numbers[REGISTERS];
  uint64_t values[REGISTERS] = {};
  void *pointers[REGISTERS];

  explicit Bench(uint32_t word) {
    check(uc_open(UC_ARCH_ARM64, UC_MODE_ARM, &engine), "uc_open");
    check(uc_mem_map(engine, CODE, 0x1000, UC_PROT_ALL), "uc_mem_map");
    check(uc_mmio_map(engine, DEVICE, 0x1000, readDevice, nullptr, writeDevice, nullptr), "uc_mmio_map");
    check(uc_mem_write(engine, CODE, &word, 4), "uc_mem_write");
    // CPACR_EL1.FPEN: SIMD&FP instructions are not trapped.
    uint64_t fpen = 3 << 20;
    check(uc_reg_write(engine, UC_ARM64_REG_CPACR_EL1, &fpen), "CPACR_EL1");
    for (int i = 0; i < REGISTERS; i++) {
      numbers[i] = i < 29   ? UC_ARM64_REG_X0 + i
                   : i == 29 ? UC_ARM64_REG_X29
                   : i == 30 ? UC_ARM64_REG_X30
                   : i == 31 ? UC_ARM64_REG_SP
                             : UC_ARM64_REG_PC;
      pointers[i] = &values[i];
    }
  }
  ~Bench() { uc_close(engine); }

  void engineOnly(bool byCount) {
    uint64_t base = DEVICE + 0x100;
    check(uc_reg_write(engine, UC_ARM64_REG_X0, &base), "X0");
    check(uc_emu_start(engine, CODE, byCount ? ~0ull : CODE + 4, 0, byCount ? 1 : 0), "uc_emu_start");
  }

  void fault() {
    values[0] = DEVICE + 0x100;
    values[REGISTERS - 1] = CODE;
    check(uc_reg_write_batch(engine, numbers, pointers, REGISTERS), "uc_reg_write_batch");
    check(uc_ctl_remove_cache(engine, CODE, CODE + 4), "uc_ctl_remove_cache");
    check(uc_emu_start(engine, CODE, ~0ull, 0, 1), "uc_emu_start");
    check(uc_reg_read_batch(engine, numbers, pointers, REGISTERS), "uc_reg_read_batch");
    if (values[REGISTERS - 1] != CODE + 4) {
      fprintf(stderr, "Unicorn did not retire its instruction\n");
      exit(1);
    }
  }
};

/** Nanoseconds of `run` in the fastest turn; the first one translates. */
template <typename Run> double fastest(uint32_t word, int turns, int count, Run run) {
  double best = 1e9;
  for (int turn = 0; turn <= turns; turn++) {
    uint64_t before = calls;
    double start = seconds();
    for (int i = 0; i < count; i++)
      run();
    double time = seconds() - start;
    if (turn > 0 && time < best)
      best = time;
    if (calls - before < static_cast<uint64_t>(count)) {
      fprintf(stderr, "%08x did not reach the device\n", word);
      exit(1);
    }
  }
  return best / count * 1e9;
}

} // namespace

int main(int argc, char **argv) {
  int turns = argc > 3 ? atoi(argv[1]) : 0;
  int count = argc > 3 ? atoi(argv[2]) : 0;
  if (turns < 1 || count < 1) {
    fprintf(stderr, "usage: unicorn TURNS COUNT WORD...\n");
    return 2;
  }
  for (int i = 3; i < argc; i++) {
    uint32_t word = static_cast<uint32_t>(strtoul(argv[i], nullptr, 16));
    Bench bench(word);
    double engine = fastest(word, turns, count, [&] { bench.engineOnly(true); });
    double until = fastest(word, turns, count, [&] { bench.engineOnly(false); });
    double fault = fastest(word, turns, count, [&] { bench.fault(); });
    printf("%.1f %.1f %.1f\n", engine, until, fault);
  }
}
