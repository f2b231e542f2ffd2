#include <arrow/api.h>
#include <arrow/io/file.h>
#include <arrow/ipc/reader.h>
#include <arrow/util/float16.h>
#include <parquet/arrow/reader.h>
#include <parquet/properties.h>

#include <cmath>

#include "vrlt/core/error.h"
#include "vrlt/io/column_file.h"
#include "vrlt/io/files.h"

namespace vrlt::io {
namespace {

/// Rows that are in memory at once.
constexpr int64_t kBatchRows = 1024;

class ColumnFile {
 public:
  explicit ColumnFile(const std::filesystem::path& path) : path_(path.string()) {}

  void visit_rows(const std::function<void(int64_t index, const Json& row)>& visit) {
    open();
    int64_t index = 0;
    for (auto batch = next(); batch; batch = next())
      for (int64_t row = 0; row < batch->num_rows(); ++row) visit(index++, row_of(*batch, row));
  }

 private:
  void check(const arrow::Status& status) const {
    if (!status.ok())
      throw DataError(concat(path_, ": cannot be read as a table: ", status.message()));
  }
  template <typename T>
  T get(arrow::Result<T> result) const {
    check(result.status());
    return std::move(result).ValueUnsafe();
  }

  void open() {
    const auto file = get(arrow::io::ReadableFile::Open(path_));
    const auto head = get(file->Read(4))->ToString();
    check(file->Seek(0));
    if (head == "PAR1")
      open_parquet(file);
    else if (head == "ARRO")
      ipc_file_ = get(arrow::ipc::RecordBatchFileReader::Open(file));
    else
      stream_ = get(arrow::ipc::RecordBatchStreamReader::Open(file));
  }

  void open_parquet(const std::shared_ptr<arrow::io::ReadableFile>& file) {
    parquet::ReaderProperties properties;
    properties.enable_buffered_stream();  // not a whole group of rows at once
    parquet::ArrowReaderProperties arrow_properties;
    arrow_properties.set_batch_size(kBatchRows);
    arrow_properties.set_pre_buffer(false);
    parquet::arrow::FileReaderBuilder builder;
    check(builder.Open(file, properties));
    check(builder.properties(arrow_properties)->Build(&parquet_));
    stream_ = get(parquet_->GetRecordBatchReader());
  }

  std::shared_ptr<arrow::RecordBatch> next() {
    std::shared_ptr<arrow::RecordBatch> batch;
    if (ipc_file_) {
      if (next_batch_ < ipc_file_->num_record_batches())
        batch = get(ipc_file_->ReadRecordBatch(next_batch_++));
    } else {
      check(stream_->ReadNext(&batch));
    }
    if (batch) check(batch->ValidateFull());  // offsets of a broken file point anywhere
    return batch;
  }

  Json row_of(const arrow::RecordBatch& batch, int64_t row) const {
    Json object = Json::object();
    for (int i = 0; i < batch.num_columns(); ++i)
      object[batch.column_name(i)] = value_of(*batch.column(i), row);
    return object;
  }

  static Json number(double value) { return std::isfinite(value) ? Json(value) : Json(); }

  static double half_at(const arrow::Array& array, int64_t i) {
    const auto bits = static_cast<const arrow::HalfFloatArray&>(array).Value(i);
    return arrow::util::Float16::FromBits(bits).ToDouble();
  }

  template <typename ArrayType>
  static Json number_at(const arrow::Array& array, int64_t i) {
    return static_cast<const ArrayType&>(array).Value(i);
  }

  static Json text_or_bytes(std::string_view bytes) {
    Json text(bytes);
    try {
      text.dump();
      return text;
    } catch (const Json::type_error&) {
      return {{"num_bytes", bytes.size()}};
    }
  }

  Json list_of(const arrow::Array& values, int64_t begin, int64_t count) const {
    Json list = Json::array();
    for (int64_t i = begin; i < begin + count; ++i) list.push_back(value_of(values, i));
    return list;
  }
  template <typename ArrayType>
  Json list_at(const arrow::Array& array, int64_t i) const {
    const auto& lists = static_cast<const ArrayType&>(array);
    return list_of(*lists.values(), lists.value_offset(i), lists.value_length(i));
  }

  Json struct_at(const arrow::Array& array, int64_t i) const {
    const auto& structs = static_cast<const arrow::StructArray&>(array);
    Json object = Json::object();
    for (int field = 0; field < structs.num_fields(); ++field)
      object[structs.type()->field(field)->name()] = value_of(*structs.field(field), i);
    return object;
  }

  Json map_at(const arrow::Array& array, int64_t i) const {
    const auto& maps = static_cast<const arrow::MapArray&>(array);
    Json object = Json::object();
    for (int64_t entry = maps.value_offset(i); entry < maps.value_offset(i + 1); ++entry) {
      const auto key = value_of(*maps.keys(), entry);
      object[key.is_string() ? key.get<std::string>() : key.dump()] =
          value_of(*maps.items(), entry);
    }
    return object;
  }

  Json value_of(const arrow::Array& array, int64_t i) const {
    if (array.IsNull(i)) return {};
    switch (array.type_id()) {
      case arrow::Type::NA:
        return {};
      case arrow::Type::BOOL:
        return number_at<arrow::BooleanArray>(array, i);
      case arrow::Type::INT8:
        return number_at<arrow::Int8Array>(array, i);
      case arrow::Type::INT16:
        return number_at<arrow::Int16Array>(array, i);
      case arrow::Type::INT32:
        return number_at<arrow::Int32Array>(array, i);
      case arrow::Type::INT64:
        return number_at<arrow::Int64Array>(array, i);
      case arrow::Type::UINT8:
        return number_at<arrow::UInt8Array>(array, i);
      case arrow::Type::UINT16:
        return number_at<arrow::UInt16Array>(array, i);
      case arrow::Type::UINT32:
        return number_at<arrow::UInt32Array>(array, i);
      case arrow::Type::UINT64:
        return number_at<arrow::UInt64Array>(array, i);
      case arrow::Type::FLOAT:
        return number(static_cast<const arrow::FloatArray&>(array).Value(i));
      case arrow::Type::DOUBLE:
        return number(static_cast<const arrow::DoubleArray&>(array).Value(i));
      case arrow::Type::STRING:
      case arrow::Type::BINARY:
        return text_or_bytes(static_cast<const arrow::BinaryArray&>(array).GetView(i));
      case arrow::Type::LARGE_STRING:
      case arrow::Type::LARGE_BINARY:
        return text_or_bytes(static_cast<const arrow::LargeBinaryArray&>(array).GetView(i));
      case arrow::Type::LIST:
        return list_at<arrow::ListArray>(array, i);
      case arrow::Type::LARGE_LIST:
        return list_at<arrow::LargeListArray>(array, i);
      case arrow::Type::FIXED_SIZE_LIST:
        return list_at<arrow::FixedSizeListArray>(array, i);
      case arrow::Type::STRUCT:
        return struct_at(array, i);
      case arrow::Type::MAP:
        return map_at(array, i);
      case arrow::Type::DICTIONARY: {
        const auto& coded = static_cast<const arrow::DictionaryArray&>(array);
        return value_of(*coded.dictionary(), coded.GetValueIndex(i));
      }
      case arrow::Type::EXTENSION:
        return value_of(*static_cast<const arrow::ExtensionArray&>(array).storage(), i);
      case arrow::Type::HALF_FLOAT:
        return number(half_at(array, i));
      default:
        return get(array.GetScalar(i))->ToString();
    }
  }

  std::string path_;
  std::unique_ptr<parquet::arrow::FileReader> parquet_;
  std::shared_ptr<arrow::RecordBatchReader> stream_;
  std::shared_ptr<arrow::ipc::RecordBatchFileReader> ipc_file_;
  int next_batch_ = 0;
};

}  // namespace

bool reads_column_files() { return true; }

void for_each_column_row(const std::filesystem::path& path,
                         const std::function<void(int64_t index, const Json& row)>& visit) {
  if (!std::filesystem::exists(path))
    throw MissingInputError(concat(path.string(), ": there is no such file"));
  try {
    ColumnFile(path).visit_rows(visit);
  } catch (const parquet::ParquetException& error) {
    throw DataError(concat(path.string(), ": cannot be read as a table: ", error.what()));
  }
}

}  // namespace vrlt::io
