// What LLVM's descriptions (MCInstrDesc) say that A64 words do: the judge of nisv's `info`. Built by harness.mjs.
//
//   describe < words    a line a word: opcode, flags, registers defined, registers used, separated by tabs; an empty
//                       line for a word that LLVM does not decode
//
// Words are little-endian u32. Registers are named by LLVM's register units without the halves that only sizes have, so
// that W0 and X0 are one, and B0, D0 and Z0. A register is used when an operand, a tied operand or an implicit use
// names it. Flags: L mayLoad, S mayStore, B branch, C call, R return, I indirect, c conditional, X may raise a
// floating-point exception, U has side effects that the description does not model.
#include "llvm/MC/MCAsmInfo.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCDisassembler/MCDisassembler.h"
#include "llvm/MC/MCInst.h"
#include "llvm/MC/MCInstrInfo.h"
#include "llvm/MC/MCRegisterInfo.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/MCTargetOptions.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/TargetParser/Triple.h"
#include <cstdint>
#include <cstdio>
#include <memory>
#include <set>
#include <string>

using namespace llvm;

namespace {

struct Describer {
  Triple TT{"aarch64"};
  MCTargetOptions Options;
  const Target *T = nullptr;
  std::unique_ptr<MCRegisterInfo> Registers;
  std::unique_ptr<MCAsmInfo> Asm;
  std::unique_ptr<MCInstrInfo> Instructions;
  std::unique_ptr<MCSubtargetInfo> Features;
  std::unique_ptr<MCContext> Context;
  std::unique_ptr<MCDisassembler> Decoder;

  Describer() {
    LLVMInitializeAArch64TargetInfo();
    LLVMInitializeAArch64TargetMC();
    LLVMInitializeAArch64Disassembler();
    std::string Error;
    T = TargetRegistry::lookupTarget(TT, Error);
    if (!T) {
      fprintf(stderr, "%s\n", Error.c_str());
      exit(2);
    }
    Registers.reset(T->createMCRegInfo(TT));
    Asm.reset(T->createMCAsmInfo(*Registers, TT, Options));
    Instructions.reset(T->createMCInstrInfo());
    Features.reset(T->createMCSubtargetInfo(TT, "", "+all"));
    Context = std::make_unique<MCContext>(TT, Asm.get(), Registers.get(), Features.get());
    Decoder.reset(T->createMCDisassembler(*Features, *Context));
  }

  void add(std::set<std::string> &To, MCRegister Register) {
    if (!Register)
      return;
    for (MCRegUnit Unit : Registers->regunits(Register))
      for (MCRegUnitRootIterator Root(Unit, Registers.get()); Root.isValid(); ++Root) {
        std::string Name = Registers->getName(*Root);
        if (Name.find("_HI") == std::string::npos)
          To.insert(Name);
      }
  }

  std::string line(const MCInst &Inst) {
    const MCInstrDesc &D = Instructions->get(Inst.getOpcode());
    std::set<std::string> Defs, Uses;
    for (unsigned I = 0; I < Inst.getNumOperands(); I++) {
      const MCOperand &O = Inst.getOperand(I);
      if (!O.isReg())
        continue;
      add(I < D.getNumDefs() ? Defs : Uses, O.getReg());
      if (I < D.getNumOperands()) {
        int Tied = D.getOperandConstraint(I, MCOI::TIED_TO);
        if (Tied >= 0 && unsigned(Tied) < Inst.getNumOperands() && Inst.getOperand(Tied).isReg())
          add(Uses, Inst.getOperand(Tied).getReg());
      }
    }
    for (MCPhysReg R : D.implicit_defs())
      add(Defs, R);
    for (MCPhysReg R : D.implicit_uses())
      add(Uses, R);
    std::string Flags;
    auto flag = [&Flags](char Letter, bool Is) {
      if (Is)
        Flags += Letter;
    };
    flag('L', D.mayLoad());
    flag('S', D.mayStore());
    flag('B', D.isBranch());
    flag('C', D.isCall());
    flag('R', D.isReturn());
    flag('I', D.isIndirectBranch());
    flag('c', D.isConditionalBranch());
    flag('X', D.mayRaiseFPException());
    flag('U', D.hasUnmodeledSideEffects());
    std::string Out = Instructions->getName(Inst.getOpcode()).str() + '\t' + Flags + '\t';
    for (const std::string &Name : Defs)
      Out += Name + ' ';
    Out += '\t';
    for (const std::string &Name : Uses)
      Out += Name + ' ';
    return Out;
  }
};

} // namespace

int main() {
  Describer D;
  std::string Out;
  static uint8_t Words[1 << 16];
  while (size_t Read = fread(Words, 4, sizeof Words / 4, stdin)) {
    for (size_t I = 0; I < Read; I++) {
      MCInst Inst;
      uint64_t Size = 0;
      if (D.Decoder->getInstruction(Inst, Size, ArrayRef<uint8_t>(Words + 4 * I, 4), 0, nulls()) != MCDisassembler::Fail)
        Out += D.line(Inst);
      Out += '\n';
    }
    fwrite(Out.data(), 1, Out.size(), stdout);
    Out.clear();
  }
}
