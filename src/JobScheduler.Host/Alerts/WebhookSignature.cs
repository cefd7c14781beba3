using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace JobScheduler.Host.Alerts;

/// <summary>Signs messages as Standard Webhooks 1.0 has it: HMAC-SHA256 over <c>id.timestamp.body</c>.</summary>
internal static class WebhookSignature
{
    /// <returns>The value of the header <c>webhook-signature</c>.</returns>
    public static string Of(byte[] key, string messageId, DateTimeOffset sentAt, string body)
    {
        var signed = string.Create(CultureInfo.InvariantCulture, $"{messageId}.{sentAt.ToUnixTimeSeconds()}.{body}");
        return $"v1,{Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(signed)))}";
    }
}
