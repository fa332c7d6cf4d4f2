#include "roformer/format/tensor_bytes.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cstring>

#include "tests/checkpoint/expect_error.h"

namespace roformer::format {
namespace {

using checkpoint::expect_error;

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
