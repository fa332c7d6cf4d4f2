#include "roformer/format/tensor_source.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <torch/types.h>

#include "roformer/base/file.h"
#include "roformer/format/safetensors.h"
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

}  // namespace
}  // namespace roformer::format
