using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace JobScheduler.UnitTests.Architecture;

/// <summary>What an assembly uses of others, from its metadata: <c>System.DateTime</c> for a type, <c>System.DateTime.get_Now</c> for a member.</summary>
internal static class MemberUses
{
    public static HashSet<string> In(string assemblyPath)
    {
        using var file = new PEReader(File.OpenRead(assemblyPath));
        var metadata = file.GetMetadataReader();
        return
        [
            .. metadata.TypeReferences.Select(type => NameOf(metadata, type)),
            .. metadata.MemberReferences
                .Select(metadata.GetMemberReference)
                .Where(member => member.Parent.Kind == HandleKind.TypeReference)
                .Select(member => $"{NameOf(metadata, (TypeReferenceHandle)member.Parent)}.{metadata.GetString(member.Name)}"),
        ];
    }

    private static string NameOf(MetadataReader metadata, TypeReferenceHandle handle)
    {
        var type = metadata.GetTypeReference(handle);
        var name = metadata.GetString(type.Name);
        return type.ResolutionScope.Kind == HandleKind.TypeReference
            ? $"{NameOf(metadata, (TypeReferenceHandle)type.ResolutionScope)}.{name}"
            : $"{metadata.GetString(type.Namespace)}.{name}";
    }
}
