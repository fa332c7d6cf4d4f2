#include "roformer/format/pickle_rebuild.h"

#include <gtest/gtest.h>

#include "tests/checkpoint/expect_error.h"

namespace roformer::format {
namespace {

using checkpoint::expect_error;

TEST(PickleGlobals, StoragesHaveTheirTypes) {
  const std::pair<const char*, Dtype> storages[] = {
      {"BoolStorage", Dtype::boolean},  {"ByteStorage", Dtype::u8},
      {"UntypedStorage", Dtype::u8},    {"CharStorage", Dtype::i8},
      {"ShortStorage", Dtype::i16},     {"IntStorage", Dtype::i32},
      {"LongStorage", Dtype::i64},      {"HalfStorage", Dtype::f16},
      {"BFloat16Storage", Dtype::bf16}, {"FloatStorage", Dtype::f32},
      {"DoubleStorage", Dtype::f64}};
  for (const auto& [name, dtype] : storages)
    EXPECT_EQ(storage_dtype(find_pickle_symbol("torch", name, "f")), dtype) << name;
  EXPECT_EQ(storage_dtype(find_pickle_symbol("torch.storage", "UntypedStorage", "f")), Dtype::u8);
}

TEST(PickleGlobals, OtherNamesOfTorchAreNoStorages) {
  for (const char* name : {"Size", "float16", "bfloat16", "float32", "float64", "uint8", "int8",
                           "int16", "int32", "int64", "bool"})
    EXPECT_EQ(storage_dtype(find_pickle_symbol("torch", name, "f")), std::nullopt) << name;
  EXPECT_EQ(find_pickle_symbol("collections", "OrderedDict", "f"),
            PickleSymbol::ordered_dictionary);
  EXPECT_EQ(find_pickle_symbol("torch._utils", "_rebuild_tensor", "f"),
            PickleSymbol::rebuild_tensor);
  EXPECT_EQ(find_pickle_symbol("torch._utils", "_rebuild_tensor_v2", "f"),
            PickleSymbol::rebuild_tensor_v2);
  EXPECT_EQ(find_pickle_symbol("torch._utils", "_rebuild_parameter", "f"),
            PickleSymbol::rebuild_parameter);
}

TEST(PickleGlobals, EverythingElseIsRefusedByName) {
  expect_error({"x.bin", "os.system", "nothing of the file was run"},
               [] { find_pickle_symbol("os", "system", "x.bin"); });
  expect_error({"builtins.eval"}, [] { find_pickle_symbol("builtins", "eval", "x.bin"); });
  expect_error({"torch.float"}, [] { find_pickle_symbol("torch", "float", "x.bin"); });
  expect_error({"collections.Size"}, [] { find_pickle_symbol("collections", "Size", "x.bin"); });
  expect_error({"a?.b?"}, [] { find_pickle_symbol("a\n", "b\n", "x.bin"); });
}

}  // namespace
}  // namespace roformer::format
