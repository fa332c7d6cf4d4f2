#include <gtest/gtest.h>
#include <torch/types.h>

#include "roformer/base/file.h"
#include "roformer/format/pickled_file.h"
#include "roformer/format/pytorch_file.h"
#include "tests/checkpoint/expect_error.h"
#include "tests/checkpoint/temporary_folder.h"

namespace roformer::format {
namespace {

using namespace std::string_literals;
using checkpoint::expect_error;
using checkpoint::TemporaryFolder;

TEST(PyTorchWriter, ReadsWhatBothWritersWrite) {
  const TemporaryFolder folder("pytorch-writers");
  const torch::Tensor half = torch::randn({3, 2}).to(torch::kHalf), none = torch::zeros({0, 2});
  const std::vector<OutputTensor> tensors = {{"half", Dtype::f16, {3, 2}, [&] { return half; }},
                                             {"none", Dtype::f32, {0, 2}, [&] { return none; }}};
  std::size_t bytes = 0;
  const auto count = [&](std::size_t written) { bytes += written; };
  write_pytorch_zip(folder / "zip", tensors, count);
  write_pytorch_legacy(folder / "legacy", tensors, count);
  EXPECT_EQ(bytes, 24u);
  for (const char* name : {"zip", "legacy"}) {
    const PyTorchFile file(folder / name);
    EXPECT_TRUE(torch::equal(file.tensor("half"), half)) << name;
    EXPECT_EQ(file.tensor("none").sizes(), (torch::IntArrayRef{0, 2})) << name;
  }
  EXPECT_EQ(std::string(PyTorchFile(folder / "zip").format().name), "pytorch");
}

TEST(PyTorchWriter, TypesThatAreListedAloneKeepTheirBytes) {
  const TemporaryFolder folder("pytorch-odd");
  const torch::Tensor bytes = torch::arange(0, 96, torch::kByte).view({2, 48});
  std::vector<OutputTensor> tensors;
  for (int type = 0; type < kDtypeCount; ++type) {
    const auto dtype = static_cast<Dtype>(type);
    if (is_computed(dtype)) continue;
    const auto columns = 48 / static_cast<std::int64_t>(dtype_size(dtype));
    tensors.push_back({std::string(dtype_name(dtype)), dtype, {2, columns}, [bytes, dtype] {
                         return bytes.view(scalar_type(dtype));
                       }});
  }
  write_pytorch_zip(folder / "zip", tensors, [](std::size_t) {});
  const PyTorchFile file(folder / "zip");
  for (const OutputTensor& tensor : tensors) {
    EXPECT_EQ(file.entries().at(tensor.name).dtype, tensor.dtype);
    EXPECT_EQ(file.entries().at(tensor.name).shape, tensor.shape);
    EXPECT_TRUE(torch::equal(file.tensor(tensor.name).view(torch::kByte), bytes)) << tensor.name;
  }
  // PyTorch reads such storages in zip files alone.
  EXPECT_THROW(write_pytorch_legacy(folder / "legacy", tensors, [](std::size_t) {}), Error);
}

// 1, 2, 3, 4 as float32 and 1, 2, 3 as int16, little-endian.
const std::string kFloats =
    "\0\0\x80\x3f"
    "\0\0\0\x40"
    "\0\0\x40\x40"
    "\0\0\x80\x40"s;
const std::string kShorts = "\x01\0\x02\0\x03\0"s;

// The first is not contiguous: its elements are written in its own order.
std::vector<OutputTensor> two_outputs() {
  return {{"a",
           Dtype::f32,
           {2, 2},
           [] {
             return torch::tensor({{1.0f, 3.0f}, {2.0f, 4.0f}}).t();
           }},
          {"b", Dtype::i16, {3}, [] {
             return torch::tensor({1, 2, 3}, torch::kShort);
           }}};
}

TEST(PyTorchWriter, LegacyStoragesStandBehindTheirNumberOfElements) {
  const TemporaryFolder folder("pytorch-legacy");
  std::vector<std::size_t> steps;
  write_pytorch_legacy(folder / "x", two_outputs(), [&](std::size_t n) { steps.push_back(n); });
  const std::string bytes = base::read_file(folder / "x");
  EXPECT_TRUE(is_legacy_container(bytes));
  EXPECT_TRUE(bytes.ends_with("\x04\0\0\0\0\0\0\0"s + kFloats + "\x03\0\0\0\0\0\0\0"s + kShorts));
  EXPECT_EQ(steps, (std::vector<std::size_t>{16, 6}));
}

TEST(PyTorchWriter, TheZipHasARecordAStorage) {
  const TemporaryFolder folder("pytorch-zip");
  write_pytorch_zip(folder / "x", two_outputs(), [](std::size_t) {});
  const std::string bytes = base::read_file(folder / "x");
  EXPECT_TRUE(bytes.starts_with("PK\x03\x04"));
  const PickledFile file = read_zip_container(bytes, "x");
  ASSERT_EQ(file.begin.size(), 2u);
  EXPECT_EQ(bytes.substr(file.begin.at("0"), 16), kFloats);
  EXPECT_EQ(bytes.substr(file.begin.at("1"), 6), kShorts);
}

TEST(PyTorchWriter, AFailedTensorLeavesTheOldFile) {
  const TemporaryFolder folder("pytorch-failure");
  const auto fail = []() -> torch::Tensor { throw Error("no such tensor"); };
  for (const auto write : {write_pytorch_zip, write_pytorch_legacy}) {
    base::write_file_atomically(folder / "x", "old");
    expect_error({"no such tensor"}, [&] {
      write(folder / "x", {{"a", Dtype::f32, {1}, fail}}, [](std::size_t) {});
    });
    EXPECT_EQ(base::read_file(folder / "x"), "old");
  }
}

}  // namespace
}  // namespace roformer::format
