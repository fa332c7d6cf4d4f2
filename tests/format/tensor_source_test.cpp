#include "roformer/format/tensor_source.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <torch/types.h>

#include <cmath>

#include "roformer/base/file.h"
#include "roformer/format/safetensors.h"
#include "roformer/format/tensor_format.h"
#include "tests/base/test_files.h"
#include "tests/checkpoint/expect_error.h"
#include "tests/checkpoint/temporary_folder.h"

namespace roformer::format {
namespace {

using checkpoint::expect_error;
using checkpoint::TemporaryFolder;

TEST(OpenTensors, PrefersSafetensorsAndNamesWhatItFinds) {
  const TemporaryFolder folder("preference");
  expect_error({"model.safetensors", "there is none"}, [&] { open_tensors(folder.path()); });
  expect_error({"nowhere"}, [&] { open_tensors(folder / "nowhere"); });
  base::write_file_atomically(folder / "tf_model.h5", "x");
  expect_error({"tf_model.h5"}, [&] { open_tensors(folder.path()); });
  base::write_file_atomically(folder / "pytorch_model.bin", "x");
  expect_error({"pytorch_model.bin"}, [&] { open_tensors(folder.path()); });
  save_tensors(folder / "model.safetensors", {{"a", torch::ones(1)}});
  EXPECT_EQ(std::string(open_tensors(folder.path())->format().name), "safetensors");
}

TEST(OpenTensors, SaysWhatWasDownloadedInstead) {
  const TemporaryFolder folder("downloaded");
  const auto refused = [&](const std::string& content, std::initializer_list<const char*> words) {
    base::write_file_atomically(folder / "model.safetensors", content);
    expect_error(words, [&] { open_tensors(folder / "model.safetensors"); });
  };
  refused("version https://git-lfs.github.com/spec/v1\noid sha256:x\n",
          {"git-lfs", "git lfs pull"});
  refused("  \n<!DOCTYPE html><html>", {"HTML page"});
  refused("<html lang=en>", {"HTML page"});
  refused("", {"model.safetensors"});
  refused(std::string(100, '\0'), {"model.safetensors"});
}

TEST(OpenTensors, ReadsNoPipe) {
  const TemporaryFolder folder("pipe");
  ASSERT_EQ(::mkfifo((folder / "model.safetensors").c_str(), 0600), 0);
  expect_error({"a pipe or a device"}, [&] { open_tensors(folder.path()); });
}

// One tensor, and how often its pages were given back.
class OneTensor : public TensorSource {
 public:
  explicit OneTensor(torch::Tensor tensor) : tensor_(std::move(tensor)) {}
  const std::filesystem::path& path() const override { return path_; }
  const TensorFormat& format() const override { return *tensor_formats().front(); }
  const std::map<std::string, TensorFacts>& entries() const override { return entries_; }
  torch::Tensor tensor(const std::string&) const override { return tensor_; }
  void drop_pages() const override { ++drops; }

  mutable int drops = 0;

 private:
  std::filesystem::path path_ = "f";
  torch::Tensor tensor_;
  std::map<std::string, TensorFacts> entries_ = {{"x", {}}};
};

TEST(OpenTensors, TheOnlyModelBelowAFolderIsNamed) {
  const tests::TestFolder folder;
  EXPECT_EQ(checkpoint_below(folder.path()), "");
  EXPECT_EQ(checkpoint_below(folder.path() / "absent"), "");
  folder.write("notes/readme.md", "no model");
  folder.write("one/config.json", "{}");
  EXPECT_EQ(checkpoint_below(folder.path()), folder.path() / "one");
  checkpoint::expect_error({"there is none", "one, which holds a model"},
                           [&] { open_tensors(folder.path()); });
  folder.write("two/model.safetensors", "");
  EXPECT_EQ(checkpoint_below(folder.path()), "");
}

TEST(CopyTensor, ConvertsTypesOfEveryShape) {
  for (const auto& shape :
       std::vector<std::vector<std::int64_t>>{{}, {0}, {3}, {2, 3}, {0, 4}, {4, 0}, {2, 3, 4}}) {
    const torch::Tensor values = torch::randn(shape).to(torch::kHalf);
    torch::Tensor target = torch::full(shape, 7.0f);
    copy_tensor(target, OneTensor(values), "x");
    EXPECT_TRUE(torch::equal(target, values.to(torch::kFloat)));
  }
}

TEST(CopyTensor, LargeTensorsPassInPieces) {
  const torch::Tensor values = torch::arange(9 << 20).view({9, 1 << 20}).to(torch::kFloat);
  const OneTensor file(values);  // 36 MiB: three pieces of 16, 16 and 4
  torch::Tensor target = torch::empty({9, 1 << 20});
  copy_tensor(target, file, "x");
  EXPECT_TRUE(torch::equal(target, values));
  EXPECT_EQ(file.drops, 3);
  const OneTensor small(torch::ones({3}));
  copy_tensor(torch::empty({3}), small, "x");
  EXPECT_EQ(small.drops, 0);
}

TEST(CopyTensor, FillsRowsOfALargerTensor) {
  const torch::Tensor target = torch::zeros({5, 2});
  copy_tensor(target.narrow(0, 1, 2), OneTensor(torch::ones({2, 2})), "x");
  EXPECT_EQ(target.sum().item<float>(), 4.0f);
  EXPECT_EQ(target.narrow(0, 1, 2).sum().item<float>(), 4.0f);
}

TEST(IsFinite, LooksAtEveryNumberOfFloats) {
  EXPECT_TRUE(is_finite(OneTensor(torch::zeros({0, 3})), "x"));
  EXPECT_TRUE(is_finite(OneTensor(torch::tensor(3.0e38f)), "x"));
  EXPECT_TRUE(is_finite(OneTensor(torch::tensor({1, 2})), "x"));
  for (const double bad : {std::nan(""), 1 / 0.0, -1 / 0.0}) {
    for (const auto type : {torch::kHalf, torch::kBFloat16, torch::kFloat, torch::kDouble}) {
      torch::Tensor values = torch::ones({5, 3}, type);
      EXPECT_TRUE(is_finite(OneTensor(values), "x"));
      values[4][2] = bad;
      EXPECT_FALSE(is_finite(OneTensor(values), "x"));
    }
  }
  torch::Tensor large = torch::zeros({9, 1 << 20});
  large[8][5] = std::nan("");
  EXPECT_FALSE(is_finite(OneTensor(large), "x"));
}

}  // namespace
}  // namespace roformer::format
