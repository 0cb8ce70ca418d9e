#!/bin/sh
# Makes resources/jpeg.wasm, which is kept in the repository: nobody needs a compiler to run Graft.
#
#     src-main/images/jpeg/build.sh LIBJPEG_TURBO
#
# LIBJPEG_TURBO is a folder with the sources of libjpeg-turbo 2.1.5.1 (https://github.com/libjpeg-turbo/libjpeg-turbo,
# tag 2.1.5.1). Debian 12's packages clang, lld, wasi-libc and libclang-rt-14-dev-wasm32 give the same bytes again.
set -eu
turbo=$(cd "$1" && pwd)
cd "$(dirname "$0")"
parts='jcapimin jcapistd jccoefct jccolor jcdctmgr jchuff jcinit jcmainct jcmarker jcmaster jcparam jcphuff jcprepct jcsample
jdatadst jfdctflt jfdctfst jfdctint jcomapi jdapimin jdapistd jdatasrc jdcoefct jdcolor jddctmgr jdhuff jdinput jdmainct jdmarker jdmaster jdmerge
jdphuff jdpostct jdsample jidctflt jidctfst jidctint jidctred jmemmgr jmemnobs jquant1 jquant2 jutils'
set --
for part in $parts; do set -- "$@" "$turbo/$part.c"; done
clang --target=wasm32-wasi -mexec-model=reactor -O2 -msimd128 -mnontrapping-fptoint -flto -w \
  -ffunction-sections -DNO_GETENV -DNO_PUTENV -Iconfig "-I$turbo" \
  -nostartfiles -Wl,--no-entry -Wl,--gc-sections -Wl,-s \
  -o ../../../resources/jpeg.wasm codec.c reduce.c vectors.c "$@"
ls -l ../../../resources/jpeg.wasm
