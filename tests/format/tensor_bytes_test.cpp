#include "roformer/format/tensor_bytes.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cstring>

#include "tests/checkpoint/expect_error.h"
#include "tests/checkpoint/temporary_folder.h"

namespace roformer::format {
namespace {

using checkpoint::expect_error;
using checkpoint::TemporaryFolder;

constexpr Dtype kTypes[] = {Dtype::boolean, Dtype::u8,  Dtype::i8,   Dtype::i16, Dtype::i32,
                            Dtype::i64,     Dtype::f16, Dtype::bf16, Dtype::f32, Dtype::f64};

TEST(TensorBytes, TypesGoBothWaysAndHaveTheirSizes) {
  for (const Dtype dtype : kTypes) {
    EXPECT_EQ(find_dtype(scalar_type(dtype)), dtype);
    EXPECT_EQ(c10::elementSize(scalar_type(dtype)), dtype_size(dtype));
  }
  EXPECT_EQ(find_dtype(torch::kComplexFloat), std::nullopt);
  EXPECT_EQ(find_dtype(torch::kQInt8), std::nullopt);
}

// 16 bytes: 0, 1, 2, …
std::shared_ptr<base::MappedFile> counting_file(const TemporaryFolder& folder) {
  std::string bytes;
  for (char i = 0; i < 16; ++i) bytes += i;
  base::write_file_atomically(folder / "x", bytes);
  return std::make_shared<base::MappedFile>(folder / "x");
}

TEST(TensorBytes, AlignedElementsAreAViewThatKeepsTheFile) {
  const TemporaryFolder folder("tensor-bytes");
  auto file = counting_file(folder);
  const torch::Tensor view = tensor_over(file, 4, Dtype::i32, {3});
  EXPECT_EQ(view.const_data_ptr(), file->data() + 4);
  file.reset();
  EXPECT_TRUE(torch::equal(view, torch::tensor({0x07060504, 0x0b0a0908, 0x0f0e0d0c}, torch::kInt)));
}

TEST(TensorBytes, OthersAreCopied) {
  const TemporaryFolder folder("tensor-bytes-copies");
  const auto file = counting_file(folder);
  const torch::Tensor odd = tensor_over(file, 1, Dtype::i16, {2, 2});
  EXPECT_TRUE(
      torch::equal(odd, torch::tensor({{0x0201, 0x0403}, {0x0605, 0x0807}}, torch::kShort)));
  const torch::Tensor turned = tensor_over(file, 1, Dtype::i16, {2, 2}, {1, 2});
  EXPECT_TRUE(torch::equal(turned, odd.t()));
  // Up to the last byte of the file, and no further.
  EXPECT_EQ(tensor_over(file, 15, Dtype::u8, {1}).item<int>(), 15);
  EXPECT_EQ(tensor_over(file, 9, Dtype::i16, {2, 2}, {2, 1})[1][0].item<int>(), 0x0e0d);
}

TEST(TensorBytes, BooleansAreAnythingButZero) {
  const TemporaryFolder folder("tensor-bytes-bool");
  const torch::Tensor flags = tensor_over(counting_file(folder), 0, Dtype::boolean, {3});
  EXPECT_TRUE(torch::equal(flags, torch::tensor({false, true, true})));
}

TEST(TensorBytes, EmptyTensorsReadNothing) {
  const TemporaryFolder folder("tensor-bytes-empty");
  base::write_file_atomically(folder / "x", "");
  const auto file = std::make_shared<base::MappedFile>(folder / "x");
  for (const Dtype dtype : kTypes) {
    const torch::Tensor empty = tensor_over(file, 0, dtype, {2, 0});
    EXPECT_EQ(empty.sizes(), (torch::IntArrayRef{2, 0}));
    EXPECT_EQ(empty.scalar_type(), scalar_type(dtype));
  }
}

TEST(TensorWriter, MaterializesElementsInOrder) {
  const torch::Tensor turned = torch::arange(6, torch::kFloat).view({2, 3}).t();
  const torch::Tensor made = materialize({"a", Dtype::f32, {3, 2}, [&] { return turned; }});
  EXPECT_TRUE(made.is_contiguous());
  EXPECT_TRUE(torch::equal(made, turned));
  const auto learned = torch::ones({1}, torch::requires_grad());
  EXPECT_FALSE(materialize({"a", Dtype::f32, {1}, [&] { return learned * 2; }}).requires_grad());
}

TEST(TensorWriter, RefusesAnotherTypeOrShape) {
  const auto refused = [](const torch::Tensor& tensor, std::initializer_list<const char*> words) {
    expect_error(words, [&] { materialize({"a\n", Dtype::f32, {2}, [&] { return tensor; }}); });
  };
  refused(torch::zeros({2}, torch::kDouble), {"'a?'", "F32 of shape (2)", "Double of shape (2)"});
  refused(torch::zeros({3}), {"(3)"});
  refused(torch::zeros({2, 1}), {"(2, 1)"});
}

TEST(TensorWriter, AppendsBytesAndNothingOfAnEmptyTensor) {
  std::string bytes;
  const base::Append append = [&](const void* data, std::size_t size) {
    bytes.append(static_cast<const char*>(data), size);
  };
  append_elements(append, torch::zeros({0, 3}));
  EXPECT_EQ(bytes, "");
  append_elements(append, torch::tensor({0x0201, 0x0403}, torch::kShort));
  EXPECT_EQ(bytes, "\x01\x02\x03\x04");
}

}  // namespace
}  // namespace roformer::format
