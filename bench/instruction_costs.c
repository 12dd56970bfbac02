// What instructions cost beside a steady stream of fused multiply-adds, on an x86 processor with AVX-512:
//   gcc -O2 -mavx512f -mavx512dq bench/instruction_costs.c -o /tmp/instruction_costs && /tmp/instruction_costs
// Prints, for each, the time of twelve independent multiply-adds with some of it among them, in multiply-adds. Run it on an idle machine.
#include <stdio.h>
#include <time.h>

static float memory[4096] __attribute__((aligned(64)));

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + 1e-9 * t.tv_nsec;
}

// The first report is of multiply-adds alone.
static void report(const char *name, int extra, double took) {
  static double one;
  if (extra == 0) one = took / 12;
  else printf("%-36s %.2f\n", name, (took / one - 12) / extra);
}

#define FMA(r) "vfmadd231ps %%zmm30, %%zmm31, %%zmm" #r "\n"
#define FMAS FMA(0) FMA(1) FMA(2) FMA(3) FMA(4) FMA(5) FMA(6) FMA(7) FMA(8) FMA(9) FMA(10) FMA(11)

// With one instruction after every third multiply-add, four in all.
#define SPREAD(a, b, c, d) FMA(0) FMA(1) FMA(2) a FMA(3) FMA(4) FMA(5) b FMA(6) FMA(7) FMA(8) c FMA(9) FMA(10) FMA(11) d

#define TEN(x) x x x x x x x x x x
#define MEASURE(name, extra, body)                                                                                          \
  {                                                                                                                         \
    double best = 1e9;                                                                                                      \
    for (int round = 0; round < 20; round++) {                                                                              \
      long n = 20000;                                                                                                       \
      double start = seconds();                                                                                             \
      asm volatile("1:\n" TEN(body) "dec %0\n jnz 1b\n" : "+r"(n) : "r"(memory)                                              \
                   : "zmm0", "zmm1", "zmm2", "zmm3", "zmm4", "zmm5", "zmm6", "zmm7", "zmm8", "zmm9", "zmm10", "zmm11",       \
                     "zmm16", "zmm17", "zmm18", "zmm19", "k1", "k2", "k3", "k4", "memory");                                  \
      double took = seconds() - start;                                                                                      \
      if (took < best) best = took;                                                                                         \
    }                                                                                                                       \
    report(name, extra, best);                                                                                              \
  }
#define FOUR(op, rest) SPREAD(op " " rest ", %%zmm16\n", op " " rest ", %%zmm17\n", op " " rest ", %%zmm18\n", op " " rest ", %%zmm19\n")
#define MASKS(op, rest) SPREAD(op " " rest ", %%k1\n", op " " rest ", %%k2\n", op " " rest ", %%k3\n", op " " rest ", %%k4\n")
#define STORE(offset) "vmovups %%zmm31, " #offset "(%1)\n"

int main(void) {
  puts("instruction                          cost in multiply-adds");
  MEASURE("", 0, FMAS)
  MEASURE("addition", 4, FOUR("vaddps", "%%zmm30, %%zmm31"))
  MEASURE("maximum", 4, FOUR("vmaxps", "%%zmm30, %%zmm31"))
  MEASURE("bit logic", 4, FOUR("vandps", "%%zmm30, %%zmm31"))
  MEASURE("shift across two registers", 4, FOUR("valignd $15,", "%%zmm30, %%zmm31"))
  MEASURE("multiplication", 4, FOUR("vmulps", "%%zmm30, %%zmm31"))
  MEASURE("comparison", 4, MASKS("vcmpps $1,", "%%zmm30, %%zmm31"))
  MEASURE("permutation by index", 4, FOUR("vpermt2ps", "%%zmm30, %%zmm31"))
  MEASURE("load, aligned", 4, FOUR("vmovups", "64(%1)"))
  MEASURE("load across cache lines", 4, FOUR("vmovups", "4(%1)"))
  MEASURE("store", 4, SPREAD(STORE(0), STORE(64), STORE(128), STORE(192)))
  MEASURE("store, a single one", 1, SPREAD(STORE(0), "", "", ""))
}
